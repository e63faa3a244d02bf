# SPDX-License-Identifier: MIT
"""The program killed at random instants under load, and started again on the same state, many times.

After each kill: what was delivered, with what the journal holds, is a gap-free prefix of what was sent, in every
conversation. Its missing tail is what was in a socket or in the intake queue; it is counted, and bounded.

Threads: one sender thread in each life, besides those of the run.
"""
import threading
import time

import endpoint_faults
from endpoint import healthy, status
from endpoint_faults import Sprinkled
from run import Run
from support.played import chance, played, told

KILLS = played(full=105, slice=30, sanitized=10)
INTAKE = 10000  # stanzas that may wait for their commit
SMALLEST = 100  # bytes of a message
ROUNDS = 2  # messages of each conversation in one send
LULL = 0.02  # seconds between the sends of a steady load
FLOOD = 100  # sends without a lull
LIFE = (0.02, 0.6)  # seconds from the login to the kill
DRAINING = 180  # seconds for what is left in the end
STARTING = (0.0, 0.2)  # seconds from the start to a kill before the login


def slow(connection, _key):
    connection.answer_after(0.01)


def replying(connection, _key):
    connection.answer(status("200 OK", "Content-Type: application/xmpp+xml\r\n",
                             b"<message type='chat'><body>Thank you</body></message>"))


# None: nobody listens.
MOODS = (healthy, healthy, replying, replying, slow, Sprinkled(endpoint_faults.reset_after_request),
         Sprinkled(endpoint_faults.garbage), None)


class Life:
    """One life of the program, from its start to its kill."""

    def __init__(self, run, chance):
        self.run, self.chance = run, chance
        self.mood = chance.choice(MOODS)
        self.early = chance.random() < 0.1
        self.flood = chance.random() < 0.04
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
            sender = threading.Thread(target=self._load, daemon=True)
            sender.start()
            # The instant is the point of the test, so it is drawn and not waited for.
            time.sleep(self.chance.uniform(*LIFE))
            self.killed = True
            before = run.ledger.messages
            on_the_way = run.kill()
            sender.join()
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
    with Run() as run:
        try:
            return f"{many_lives(run, chance())}; {told()}"
        except Exception as error:
            raise AssertionError(f"in life {run.life} of {told()}: {error}") from error


def many_lives(run, chance):
    lost, bounds, backlog = {}, [], 0
    for _ in range(KILLS):
        life = Life(run, chance)
        life.spend()
        missing = dict(+run.missing())
        tail = missing.pop(run.life, 0)
        if missing != lost:
            raise AssertionError(f"what was missing changed from {lost} to {missing}")
        if tail:
            lost[run.life] = tail
        if tail > life.may_miss:
            raise AssertionError(f"{tail} messages are missing after a kill; at most {life.may_miss} may be")
        bounds.append(life.may_miss)
        backlog = max(backlog, run.ledger.messages - run.ledger.delivered() - sum(lost.values()))
    run.endpoint.fault = healthy
    run.start()
    run.wait_delivered(run.ledger.messages - sum(lost.values()), deadline=DRAINING)
    run.end(lost=lost)
    print("missing after each kill: " + " ".join(str(lost.get(life, 0)) for life in range(1, KILLS + 1)), flush=True)
    return (f"{KILLS} kills, {run.ledger.messages} messages, {run.ledger.delivered()} delivered, "
            f"{run.ledger.repeats} repeated, at most {backlog} waiting; missing {sum(lost.values())} in all, at most "
            f"{max(lost.values(), default=0)} after one kill, where {INTAKE} may be in the intake and "
            f"{max(bounds) - INTAKE} were in sockets or being sent")
