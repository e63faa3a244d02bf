# SPDX-License-Identifier: MIT
"""What waited during an outage comes as the endpoint can take it: slowly at first, and never much more than it does.

Threads: for the thread of the scenario; the fault runs on the endpoint's loop.
"""
import time

from endpoint import healthy, status
from endpoint_faults import told
from run import Run

CAN_DO = 100  # requests a second
WINDOW = 3  # seconds: more than twice what it can do, for longer than 2 s, shows in one
LATE = 1.25  # a process that waits for the processor makes up for it
ROUNDS = 20  # messages in each of 40 conversations


class Limited:
    """Answers 503 to what comes beyond what it can do in a second."""

    def __init__(self):
        self.begun = []
        self.refused = 0

    def __call__(self, connection, key):
        now = time.monotonic()
        self.begun.append(now)
        if sum(1 for each in self.begun[-CAN_DO - 1:] if each > now - 1) <= CAN_DO:
            return healthy(connection, key)
        self.refused += 1
        return connection.answer(status("503 Service Unavailable"))

    def most(self):
        """How many began in any window."""
        first, most = 0, 0
        for last, moment in enumerate(self.begun):
            while self.begun[first] < moment - WINDOW:
                first += 1
            most = max(most, last - first + 1)
        return most


def limited():
    with Run(drain_rate=0) as run:
        run.endpoint.shut()
        run.start()
        run.send(ROUNDS)
        run.wait_for_state("unreachable")
        run.endpoint.fault = endpoint = Limited()
        run.endpoint.open()
        run.wait_delivered()
        most = endpoint.most()
        if most > 2 * CAN_DO * WINDOW * LATE:
            raise AssertionError(f"{most} requests in {WINDOW} s, to an endpoint that can do {CAN_DO} a second")
        return told(run, f"at most {most} requests in {WINDOW} s at {CAN_DO} a second, {endpoint.refused} refused, "
                         f"{endpoint.begun[-1] - endpoint.begun[0]:.0f} s")


SCENARIOS = {"can do 100 a second": limited}
