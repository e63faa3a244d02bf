# SPDX-License-Identifier: MIT
"""Conversations that an endpoint does not answer, or not now, beside one that it answers at once.

Threads: each scenario on a thread of its own; faults run on the endpoint's loop.
"""
import time

from endpoint import healthy, status
from endpoint_faults import never, told
from run import Run
from support.deadline import wait_until
from support.played import played

HEALTHY = 0  # the conversation that is answered
POISONOUS = 30
RATE = 20  # messages a second for the healthy one
SECONDS = played(full=100, slice=20, sanitized=20)  # fewer failures than make a dead letter
LEAST_SHARE = 0.95
# Seconds for 99 of 100: far more than they take, for the machine may have other things to do. Where others hold up this
# conversation it gets next to nothing in that time. The figure that is printed is to be below one second.
LONGEST = 10.0
SPARED = status("429 Too Many Requests", "Retry-After: 3600\r\n")


class Beside:
    """Answers one conversation at once, and all others never; notes when each message of that one came."""

    def __init__(self):
        self.came = {}

    def __call__(self, connection, key):
        if key[0] != HEALTHY:
            never(connection, key)
            return
        self.came.setdefault(key, time.monotonic())
        healthy(connection, key)


def send_healthy(run, seconds):
    """At a rate, which is the load and no wait for anything; returns when each message was sent."""
    sent = {}
    begin = time.monotonic()
    for number in range(int(seconds * RATE)):
        time.sleep(max(0, begin + number / RATE - time.monotonic()))
        sent[HEALTHY, run.life, number + 2] = time.monotonic()
        run.link.send(run.ledger.batch(run.life, 1, only=[HEALTHY]))
    return sent


def poisonous():
    with Run(conversations=1 + POISONOUS) as run:
        run.endpoint.fault = beside = Beside()
        run.start()
        run.link.send(run.ledger.batch(run.life, 1, only=[HEALTHY]))
        run.wait_delivered(1)
        run.link.send(run.ledger.batch(run.life, 1, only=range(1, 1 + POISONOUS)))
        sent = send_healthy(run, SECONDS)
        run.endpoint.wait_for(lambda: sent.keys() <= beside.came.keys(), LONGEST)
        took = sorted(beside.came[key] - sent[key] for key in sent if key in beside.came)
        share = len(took) / len(sent)
        p99 = took[int(len(took) * 0.99)] if took else float("inf")
        if share < LEAST_SHARE or p99 > LONGEST:
            raise AssertionError(f"{share:.1%} of {len(sent)} messages came, 99 of 100 within {p99:.3f} s")
        run.endpoint.fault = healthy
        wait_until(lambda: run.asked("endpoints")["at_work"] == 0, "no request waits for an answer any more")
        run.steer("resume")
        run.wait_delivered()
        return told(run, f"{share:.1%} of {len(sent)} came beside {POISONOUS} without an answer, 99 of 100 within "
                         f"{p99 * 1000:.0f} ms")


def spared():
    """One conversation is told to come again in an hour; nobody else waits, and it goes on when somebody says so."""
    def answer(connection, key):
        if key[0] == HEALTHY:
            connection.answer(SPARED)
        else:
            healthy(connection, key)
    with Run() as run:
        run.endpoint.fault = answer
        run.start()
        run.send(10)
        others = run.ledger.messages - 10
        wait_until(lambda: run.asked("deliveries")["waiting"] == 10, "all others have arrived")
        run.endpoint.fault = healthy
        run.steer("resume")
        run.wait_delivered()
        return told(run, f"{others} of others beside one that may not be sent for an hour")


SCENARIOS = {"thirty conversations without an answer": poisonous, "one conversation is asked to wait": spared}
