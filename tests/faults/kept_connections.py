# SPDX-License-Identifier: MIT
"""Endpoints whose kept connections end when they like: no such end is a failure of anything.

Threads: each scenario on a thread of its own; faults run on the endpoint's loop.
"""
import re

from endpoint import healthy
from endpoint_faults import told
from run import Run

FAILED = re.compile(r'restanza_webhook_requests_total\{[^}]*outcome="(?:failed|unavailable)"[^}]*\} (\d+)')


def failures(run):
    """What the program counts of the endpoint's requests that failed."""
    return sum(map(int, FAILED.findall(run.metrics())))


class ServesSome:
    """So many requests of each connection are answered, and the next one ends it without a word."""

    def __init__(self, served, end):
        self.served, self.end = served, end
        self.count = 0
        self.begun = {}

    def __call__(self, connection, key):
        self.begun[connection] = self.begun.get(connection, 0) + 1
        if self.begun[connection] <= self.served:
            healthy(connection, key)
        else:
            self.count += 1
            self.end(connection)


def none_failed(fault, rounds):
    with Run() as run:
        run.endpoint.fault = fault
        run.start()
        run.send(rounds)
        run.wait_drained()
        if failures(run):
            raise AssertionError(f"{failures(run)} requests counted as failures")
        return told(run, f"{fault.count} connections ended as a request came, no failure counted")


SCENARIOS = {
    "serves one request a connection": lambda: none_failed(ServesSome(1, lambda each: each.close()), 25),
    "serves five, then resets": lambda: none_failed(ServesSome(5, lambda each: each.reset()), 25),
}
