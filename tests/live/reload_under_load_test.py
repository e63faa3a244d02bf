#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SIGHUP, many times, while messages come as fast as they go: the endpoint's address and timeout change, another one
comes and goes. Each message that was taken arrives once, in order within its conversation.

Threads: the test's thread and one that sends, besides those of the endpoints and of the link.
Ownership: the test owns its endpoints, its server, its host and its link.
"""
import concurrent.futures
import json
import os
import sys
import threading
import unittest

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))

from endpoint import Endpoint  # noqa: E402
from ledger import Ledger  # noqa: E402
from link import LinkServer  # noqa: E402
from run import NUMBERED  # noqa: E402
from support.deadline import DEADLINE, wait_until  # noqa: E402
from support.host import Host, component_of  # noqa: E402
from support.played import chance, played, told  # noqa: E402

CONVERSATIONS = 8
MESSAGES = played(full=20000, slice=2000, sanitized=800)  # at least; sending goes on as long as there are reloads
RELOADS = played(full=200, slice=24, sanitized=20)
IN_A_ROW = 3
ON_THE_WAY = 400  # messages that are sent and have not arrived: so that much waits at each reload
ANSWER = 0.004  # seconds that an endpoint takes, so that requests are under way at each reload
TIMEOUT = 60  # seconds; each new one is longer
LIFE = 1  # the program runs once


class Receiver(Endpoint):
    """Lists what arrives in a list that several share, too, so that all of it has one order."""

    def __init__(self, together):
        self._together = together
        super().__init__()
        self.fault = lambda connection, _: connection.answer_after(ANSWER)

    def record(self, arrival):
        self._together.append(arrival)
        super().record(arrival)


class Sender:
    """Sends one message in each conversation after the other, until it is told to end."""

    def __init__(self, link, arrivals):
        self.ledger = Ledger(CONVERSATIONS)
        self.rounds = 0  # so many messages were sent in each conversation
        self._link, self._arrivals = link, arrivals
        self._over = threading.Event()
        self._sending = threading.Lock()  # of the link, and of what counts as sent
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._done = self._pool.submit(self._send)

    def _send(self):
        while not self._over.is_set() or self.ledger.messages < MESSAGES:
            wait_until(self._has_room, "messages arrive, or are refused")
            with self._sending:
                self._link.send(self.ledger.batch(LIFE, 1))
                self.rounds += 1

    def _has_room(self):
        return self.ledger.messages - len(self._arrivals) - len(self._link.errors) < ON_THE_WAY

    def check(self):
        """Fails where sending has failed."""
        if self._done.done():
            self._done.result()

    def wait_for_rounds(self, count):
        def sent():
            self.check()
            return self.rounds >= count
        wait_until(sent, f"{count} messages are sent in each conversation")

    def taken(self):
        """How many messages of each conversation the program has taken or refused for sure."""
        with self._sending:
            self._link.wait_until_taken()
            return self.rounds

    def end(self):
        """Sends the rest; what was sent last has been taken then."""
        self._over.set()
        self._done.result()
        self.taken()

    def close(self):
        """Ends it however it stands; the link must be closed."""
        self._over.set()
        self._pool.shutdown()


class Plan:
    """The settings, which change by chance; and when the second endpoint was there."""

    def __init__(self, places, extra):
        self._places, self._extra = places, extra
        self._place, self._timeout, self.with_extra = 0, TIMEOUT, False
        self._chance = chance()

    def settings(self):
        common = {"stanzas": ["message"], "drain_rate": 10000}
        callbacks = [{"name": "numbers", "url": self._places[self._place].url(LIFE), "timeout": self._timeout, **common}]
        if self.with_extra:
            callbacks.append({"name": "extra", "url": self._extra.url(LIFE), "timeout": TIMEOUT, **common})
        return {"rest_callbacks": callbacks}

    def next_changes(self):
        return self._chance.sample(("url", "timeout", "extra"), self._chance.randint(1, 3))

    def change(self, changes):
        if "url" in changes:
            self._place = 1 - self._place
        if "timeout" in changes:
            self._timeout += 1
        if "extra" in changes:
            self.with_extra = not self.with_extra


class UnderLoad(unittest.TestCase):
    def setUp(self):
        self.arrivals = []  # at the endpoint under test, whichever of its two addresses it has
        self.places = [Receiver(self.arrivals), Receiver(self.arrivals)]
        self.extra = Receiver([])
        for each in (*self.places, self.extra):
            self.addCleanup(each.close)
        self.plan = Plan(self.places, self.extra)
        self.server = LinkServer()
        self.addCleanup(self.server.close)
        self.host = Host(component_of(self.server), settings=self.plan.settings(), wait_ready=False)
        self.addCleanup(self.host.discard)
        self.link = self.server.log_in(self.host.program)
        self.host.wait_ready()
        self.sender = Sender(self.link, self.arrivals)
        self.addCleanup(self.sender.close)
        self.addCleanup(self.link.close)
        # Ranges of numbers that the second endpoint must have got: sent once it was there, taken before it went.
        self.owed = []
        self._since = None

    def reload(self, changes):
        """One SIGHUP, in the middle of the load."""
        self.sender.check()
        if "extra" in changes and self.plan.with_extra:
            self.sender.wait_for_rounds(self._since + 1)
            self.owed.append(range(self._since + 1, self.sender.taken() + 1))
        self.plan.change(changes)
        said = self.host.reload(self.plan.settings())
        self.assertRegex(said, r"reloaded: 1 plugins; new settings for rest\.localhost")
        if "extra" in changes and self.plan.with_extra:
            # What is being sent at this moment may be among what was taken before.
            self._since = self.sender.rounds + 1

    def waiting(self):
        response = self.host.rest.request("GET", "/rest/deliveries", accept="application/json")
        self.assertEqual(response.status, 200, response.body)
        return {each["name"]: (each["waiting"], each["dead"]) for each in json.loads(response.body)["endpoints"]}

    def test_endpoints_that_change_come_and_go_lose_and_repeat_nothing_and_keep_the_order(self):
        for number in range(RELOADS):
            # So many right after one another, and all of them spread over the messages.
            if number % IN_A_ROW == 0:
                self.sender.wait_for_rounds((number + IN_A_ROW) * MESSAGES // (RELOADS * CONVERSATIONS))
            self.reload(self.plan.next_changes())
        if not self.plan.with_extra:
            self.reload(["extra"])  # it gets what still waits for it
        self.sender.wait_for_rounds(self._since + 1)
        self.sender.end()
        self.owed.append(range(self._since + 1, self.sender.rounds + 1))
        nothing = {"numbers": (0, 0), "extra": (0, 0)}
        wait_until(lambda: self.waiting() == nothing, "nothing waits for any endpoint", DEADLINE * 2)
        self.host.close()
        self.check()

    def check(self):
        ledger, extra = self.sender.ledger, Ledger(CONVERSATIONS)
        refused = {tuple(map(int, NUMBERED.match(each).groups())) for each in self.link.errors}
        self.assertLessEqual(set(self.link.errors.values()), {"resource-constraint"})
        # These two raise where the order is wrong or a webhook-id stands for something else.
        ledger.note(self.arrivals)
        extra.note(self.extra.arrivals)
        print(f"{told()}: {ledger.messages} messages, {len(refused)} of them refused, {len(self.places[0].arrivals)} and "
              f"{len(self.places[1].arrivals)} arrived at the two addresses, {len(self.extra.arrivals)} at the endpoint "
              "that came and went", file=sys.stderr)
        self.assertEqual((ledger.repeats, extra.repeats), (0, 0), "messages arrived again, though no answer was lost")
        self.assertEqual(dict(+ledger.missing(returned=refused)), {}, "messages that were taken did not arrive")
        self.assertEqual([key for key in refused if ledger.was_delivered(key)], [], "refused, and delivered all the same")
        owed = [(each, LIFE, number) for numbers in self.owed for number in numbers for each in range(CONVERSATIONS)]
        self.assertEqual([key for key in owed if key not in refused and not extra.was_delivered(key)], [],
                         "the second endpoint did not get what came while it was there")
        for place in self.places:
            self.assertTrue(place.arrivals)


if __name__ == "__main__":
    unittest.main(verbosity=2)
