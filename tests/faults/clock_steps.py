# SPDX-License-Identifier: MIT
"""The machine's clock steps by more than a day, there and back, while deliveries wait: nothing expires, nothing
stalls. It steps by more than dead letters are kept for: they stay.

Threads: for the thread of the scenario.
"""
from endpoint import healthy, status
from endpoint_faults import told
from run import Run
from support.faked_clock import FakedClock

STEP = "25h"
LONG_STEP = "360h"  # 15 days


def clock_steps():
    clock = FakedClock()
    try:
        return stepped(clock) + "; " + over_dead_letters(clock)
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


def over_dead_letters(clock):
    with Run(environment=clock.environment, on_refusal="dead-letter") as run:
        clock.step("+0")
        run.start()
        run.endpoint.fault = lambda connection, _key: connection.answer(status("404 Not Found"))
        run.send(2)
        run.wait_drained()
        dead = run.asked("deliveries")["dead"]
        clock.step("+" + LONG_STEP)
        for again in (False, True):
            if run.asked("deliveries")["dead"] != dead or dead != run.ledger.messages:
                raise AssertionError(f"of {run.ledger.messages} dead letters there are {run.asked('deliveries')['dead']}")
            if not again:
                run.stop()
                run.start()
        run.endpoint.fault = healthy
        run.replay()
        run.wait_delivered()
        return told(run, f"a step of {LONG_STEP} over dead letters, which were replayed then")
