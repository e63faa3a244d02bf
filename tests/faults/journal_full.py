# SPDX-License-Identifier: MIT
"""The journal holds as much as it may: more is refused until something has been delivered, and nothing is lost.

Threads: for the thread of the scenario.
"""
from endpoint_faults import told
from run import Run

BYTES = 1 << 20


def journal_full():
    with Run(plugin={"journal_max_bytes": BYTES}) as run:
        run.start()
        run.steer("pause")
        run.fill()
        run.steer("resume")
        run.wait_delivered()
        run.wait_drained()
        refused = len(run.returned)
        run.wait_until_taken_again()
        run.wait_delivered()
        run.check_refusals()
        return told(run, f"{refused} refused while the journal was full", dict(run.returned))
