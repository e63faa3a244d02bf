# SPDX-License-Identifier: MIT
"""An endpoint that is away counts against no message, however often it is, and however often the program begins anew.

Threads: for the thread of the scenario.
"""
import time

from endpoint_faults import told
from kept_connections import failures
from run import Run
from support.deadline import wait_until

LIVES = 8  # of the program in one outage: more than the failures after which a message is given up


def restarts():
    """One message, and nobody listens: it fails in each life."""
    with Run(conversations=1) as run:
        run.endpoint.shut()
        run.start()
        run.send(1)
        begin = time.monotonic()
        run.wait_for_state("unreachable")
        for _ in range(LIVES - 1):
            run.stop()
            run.start()
            wait_until(lambda: failures(run) > 0, "it has been tried")
        lasted = time.monotonic() - begin
        run.stop()
        run.endpoint.open()
        run.start()
        run.wait_delivered()
        return told(run, f"{LIVES} lives in {lasted:.0f} s of an outage")


SCENARIOS = {"away over restarts": restarts}
