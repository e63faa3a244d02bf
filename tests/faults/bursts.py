# SPDX-License-Identifier: MIT
"""More messages at line speed than the intake holds, with an endpoint that is slower: none is refused.

Threads: for the thread of the scenario.
"""
from endpoint_faults import told
from run import Run
from support.deadline import DEADLINE
from support.played import played

MESSAGES = played(full=100_000, slice=30_000, sanitized=15_000)  # the intake has room for 10,000
CONVERSATIONS = 1000


def burst():
    with Run(conversations=CONVERSATIONS) as run:
        run.start()
        run.send(MESSAGES // CONVERSATIONS)
        run.wait_delivered(run.ledger.messages, DEADLINE * 4)
        return told(run, "none refused")
