# SPDX-License-Identifier: MIT
"""The program killed at random instants under load, and started again on the same state, many times. In about half
of its lives somebody steers it meanwhile.

After each kill: what was delivered, with what the journal holds, is a gap-free prefix of what was sent, in every
conversation. Its missing tail is what was in a socket or in the intake queue; it is counted, and bounded.

Threads: one sender thread in each life, and one that steers, besides those of the run.
"""
import random
import threading
import time

import endpoint_faults
from endpoint import healthy, status
from endpoint_faults import Sprinkled
from run import Run
from support.played import chance, played, told

from .steering import Steering

KILLS = played(full=105, slice=30, sanitized=10)
QUEUED = 1_000_000  # messages that may wait, the most that can be set: in most lives, little of what waits is delivered
INTAKE = 10000  # stanzas that may wait for their commit
SMALLEST = 100  # bytes of a message
ROUNDS = 2  # messages of each conversation in one send
LULL = 0.02  # seconds between the sends of a steady load
FLOOD = 100  # sends without a lull
LIFE = (0.02, 0.6)  # seconds from the login to the kill
DRAINING = 180  # seconds for what is left in the end
STEERED = 0.5  # of the lives
REFUSED = 5  # messages of each conversation, before anything is killed: dead letters to replay and to discard
STARTING = (0.0, 0.2)  # seconds from the start to a kill before the login


def slow(connection, _key):
    connection.answer_after(0.01)


def replying(connection, _key):
    connection.answer(status("200 OK", "Content-Type: application/xmpp+xml\r\n",
                             b"<message type='chat'><body>Thank you</body></message>"))


def refusing(connection, _key):
    """What it refuses becomes a dead letter."""
    connection.answer(status("403 Forbidden"))


REFUSING = Sprinkled(refusing)  # never twice a message: what is replayed comes
# None: nobody listens.
MOODS = (healthy, healthy, replying, replying, slow, Sprinkled(endpoint_faults.reset_after_request),
         Sprinkled(endpoint_faults.garbage), REFUSING, None)


class Life:
    """One life of the program, from its start to its kill."""

    def __init__(self, run, chance, steering):
        self.run, self.chance = run, chance
        self.mood = chance.choice(MOODS)
        self.early = chance.random() < 0.1
        self.flood = chance.random() < 0.04
        self.steering = steering if not self.early and chance.random() < STEERED else None
        self.killed = False
        self.may_miss = 0  # how many messages were in the intake or in a socket, at most

    def spend(self):
        run = self.run
        if self.mood is None:
            run.endpoint.shut()
        else:
            run.endpoint.fault = self.mood
        run.start(log_in=not self.early)
        if self.early:
            time.sleep(self.chance.uniform(*STARTING))
            run.kill()
        else:
            at_work = [threading.Thread(target=self._load, daemon=True)]
            if self.steering:
                run.host.wait_ready()
                at_work.append(threading.Thread(target=self.steering.go_on, daemon=True))
            for thread in at_work:
                thread.start()
            # The instant is the point of the test, so it is drawn and not waited for.
            time.sleep(self.chance.uniform(*LIFE))
            self.killed = True
            before = run.ledger.messages
            on_the_way = run.kill()
            for thread in at_work:
                thread.join()
            if self.steering:
                self.steering.raise_failure()
            # Whatever was sent after the look at the sockets, and what was being sent, is on top of it.
            self.may_miss = INTAKE + on_the_way // SMALLEST + run.ledger.messages - before + \
                ROUNDS * run.ledger.conversations
        if self.mood is None:
            run.endpoint.open()

    def _load(self):
        sends = 0
        while not self.killed:
            if not self.run.link.sent_for_sure(self.run.ledger.batch(self.run.life, ROUNDS)):
                return
            sends += 1
            if not self.flood or sends > FLOOD:
                time.sleep(LULL)


def kills():
    with Run(on_refusal="dead-letter", max_queued=QUEUED) as run:
        try:
            return f"{many_lives(run, chance())}; {told()}"
        except Exception as error:
            raise AssertionError(f"in life {run.life} of {told()}: {error}") from error


def make_dead_letters(run):
    REFUSING.all = True
    run.endpoint.fault = REFUSING
    run.start()
    run.send(REFUSED)
    run.wait_drained()
    REFUSING.all = False
    run.stop()
    run.server.forget_callers()


def many_lives(run, chance):
    make_dead_letters(run)
    lost, tails, bounds, backlog = {}, [], [], 0
    steering, steered = Steering(run, random.Random(chance.random())), 0
    for _ in range(KILLS):
        life = Life(run, chance, steering)
        life.spend()
        run.collect()
        if run.returned:
            raise AssertionError(f"{len(run.returned)} came back, for {', '.join(set(run.returned.values()))}")
        missing = dict(+run.missing())
        tail = missing.pop(run.life, 0)
        if missing != lost:
            raise AssertionError(f"what was missing changed from {lost} to {missing}")
        tails.append(tail)
        if tail:
            lost[run.life] = tail
        if tail > life.may_miss:
            raise AssertionError(f"{tail} messages are missing after a kill; at most {life.may_miss} may be")
        bounds.append(life.may_miss)
        steered += bool(life.steering)
        backlog = max(backlog, run.ledger.messages - run.ledger.delivered() - sum(lost.values()))
    run.endpoint.fault = healthy
    run.start()
    run.host.wait_ready()
    steering.check()
    run.steer("resume")
    run.wait_delivered(run.ledger.messages - sum(lost.values()), deadline=DRAINING)
    run.wait_drained()
    steering.check_letters()
    run.discard_dead()
    run.end(lost=lost)
    print("missing after each kill: " + " ".join(map(str, tails)), flush=True)
    return (f"{KILLS} kills, {steered} of them while somebody steered ({steering.told()}); {run.ledger.messages} messages, "
            f"{run.ledger.delivered()} delivered, {run.ledger.repeats} repeated, at most {backlog} waiting; missing "
            f"{sum(lost.values())} in all, at most {max(lost.values(), default=0)} after one kill, where {INTAKE} may be in the "
            f"intake and {max(bounds) - INTAKE} were in sockets or being sent")
