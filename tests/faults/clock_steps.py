# SPDX-License-Identifier: MIT
"""The machine's clock steps by more than a day, there and back, while deliveries wait: nothing expires, nothing
stalls.

Threads: for the thread of the scenario.
"""
from endpoint_faults import told
from run import Run
from support.faked_clock import FakedClock

STEP = "25h"


def clock_steps():
    clock = FakedClock()
    try:
        return stepped(clock)
    finally:
        clock.close()


def stepped(clock):
    with Run(environment=clock.environment) as run:
        run.start()
        run.send(2)
        run.wait_delivered()
        run.endpoint.shut()
        run.send(5)
        run.wait_for_state("unreachable")
        for step in ("+" + STEP, "-" + STEP, "+0"):
            clock.step(step)
            run.send(5)
        run.endpoint.open()
        run.wait_delivered()
        run.endpoint.shut()
        run.send(5)
        run.stop()
        clock.step("-" + STEP)
        run.start()
        run.send(5)
        run.endpoint.open()
        run.wait_delivered()
        clock.step("+" + STEP)
        run.send(5)
        run.wait_delivered()
        return told(run, f"steps of {STEP} forth and back, and back over a restart")
