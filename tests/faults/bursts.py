# SPDX-License-Identifier: MIT
"""More messages at line speed than the intake holds, with an endpoint that is slower: none is refused, and all that was
taken is there after a kill.

Threads: for the thread of the scenario.
"""
import time

from endpoint_faults import told
from run import Run
from support.deadline import DEADLINE
from support.played import FULL, played

MESSAGES = played(full=100_000, slice=100_000, sanitized=15_000)  # the intake has room for 10,000
CONVERSATIONS = 1000


def burst():
    with Run(conversations=CONVERSATIONS) as run:
        run.start()
        begin = time.monotonic()
        run.send(MESSAGES // CONVERSATIONS)
        lasted = time.monotonic() - begin
        run.collect()
        if run.returned:
            raise AssertionError(f"{len(run.returned)} of {run.ledger.messages} messages were refused in {lasted:.1f} s")
        taken = f"taken within {lasted:.1f} s, none refused"
        if FULL:
            run.wait_delivered(run.ledger.messages, DEADLINE * 4)
            return told(run, taken)
        run.asked("deliveries")  # sees what was sent before, so it is committed
        run.kill()
        missing = dict(+run.missing())
        if missing:
            raise AssertionError(f"missing are {missing}")
        return f"{run.ledger.messages} messages, {taken}; {run.ledger.delivered()} delivered before a kill, none lost"
