#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The module is unloaded from a running Prosody and loaded again, many times, while messages are posted, messages come for its
endpoint, and a request waits for its answer. No thread, descriptor or memory is left of those that were unloaded, no unload
waits where nothing is to be waited for, and whatever was taken arrives once, in order.

Threads: the test's thread, one for each load and one for the request that waits, besides those of the support package.
Ownership: the test owns its endpoint, its server, its component and its loads.
"""
import collections
import concurrent.futures
import http.client
import queue
import sys
import threading
import time
import unittest

import component_mode
from support.deadline import DEADLINE, wait_until
from support.played import SANITIZED, played, told
from support.raw_component import RawComponent
from support.servers.prosody_inside import OWN_THREADS, ProsodyInside
from support.webhook import NOTHING, Webhook
from support.xml_data import parse

# A sanitizer keeps some megabytes of each library that was loaded, for good.
CYCLES = played(full=400 if SANITIZED else 1000, slice=40, sanitized=10)
WARM = CYCLES // 4  # cycles after which memory has its size
GROWTH = 2048 + CYCLES  # KiB; what is kept of each cycle would be more
PACE = 0.005  # seconds between two messages of a load
CONVERSATIONS = 8
AT_ONCE = 5  # seconds; an unload that waits for its deadline takes twice as long
QUESTION = "<iq type='get' to='silent.localhost'><query xmlns='urn:example:slow'/></iq>"


class Load:
    """Calls send(0), send(1) and so on, until it is told to end."""

    def __init__(self, send):
        self.sent = 0
        self._send, self._over = send, threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._done = self._pool.submit(self._run)

    def _run(self):
        while not self._over.wait(PACE):
            self._send(self.sent)
            self.sent += 1

    def end(self):
        """Fails where sending has failed."""
        self._over.set()
        self._pool.shutdown()
        self._done.result()


class UnderLoad(unittest.TestCase):
    def setUp(self):
        self.delivered, self.accepted, self.unknown = [], [], set()
        self.asked = queue.Queue()
        self.webhook = Webhook(self.deliver)
        self.addCleanup(self.webhook.close)
        self.server = ProsodyInside({}, {"rest_callback_url": self.webhook.url})
        self.addCleanup(self.server.close)
        self.server.start()
        self.silent = RawComponent(self.server.component_port, self.server.component_domain, self.server.secret,
                                   self.asked.put)
        self.addCleanup(self.silent.close)
        self.pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(self.pool.shutdown)

    def deliver(self, post):
        self.delivered.append(int(parse(post.body).get("id")))
        return NOTHING

    def post(self, number):
        text = f"<message type='chat' id='{number}' to='silent.localhost'><body>Hi</body></message>"
        try:
            response = self.server.rest.post(text)
        except ConnectionRefusedError:  # it is unloaded
            return
        except (OSError, http.client.HTTPException):
            return self.unknown.add(number)
        self.assertIn(response.status, (202, 503), response.body)
        if response.status == 202:
            self.accepted.append(number)

    def tell(self, number):
        self.silent.send(f"<message type='chat' id='{number}' from='user{number % CONVERSATIONS}@silent.localhost' "
                         "to='bot@rest.localhost'><body>Hi</body></message>")

    def cycle(self, wanted=None):
        """How many threads and descriptors there are where it is unloaded, which must be as wanted."""
        waiting = self.pool.submit(self.server.rest.post, QUESTION)
        self.asked.get(timeout=DEADLINE)
        since = self.server.said()
        began = time.monotonic()
        self.assertEqual(self.server.steer("unload"), "ok")
        self.server.wait_for_line("has ended", since)
        self.assertLess(time.monotonic() - began, AT_ONCE, self.server.transcript())
        self.assertEqual(waiting.result(DEADLINE).status, 503)
        wait_until(lambda: self.server.counts()[0] == OWN_THREADS, "no thread is left but Prosody's own")
        wait_until(lambda: wanted in (None, self.server.counts()), f"threads and descriptors are {wanted}")
        counts = self.server.counts()
        accepted, delivered = len(self.accepted), len(self.delivered)
        self.assertEqual(self.server.steer("load"), "ok")
        self.server.wait_ready(since)
        wait_until(lambda: len(self.accepted) > accepted and len(self.delivered) > delivered, "it serves again")
        return counts

    def test_nothing_is_left_of_those_that_were_unloaded_and_nothing_that_was_taken_is_lost(self):
        posts, messages = Load(self.post), Load(self.tell)
        for load in (posts, messages):
            self.addCleanup(load.end)
        wanted = self.cycle()
        for _ in range(WARM):
            self.cycle(wanted)
        before = self.server.memory()
        for _ in range(CYCLES - WARM):
            self.cycle(wanted)
        growth = self.server.memory() - before
        for load in (posts, messages):
            load.end()
        print(f"{told()}: {CYCLES} cycles, {posts.sent} posts, {len(self.accepted)} of them taken, {messages.sent} messages, "
              f"{len(self.delivered)} delivered; memory has grown by {growth} KiB", file=sys.stderr)
        self.check(messages.sent)
        if not SANITIZED:
            self.assertLess(growth, GROWTH)

    def check(self, sent):
        # Behind all that it was sent; whatever was taken is on its way to the endpoint before the post is.
        self.silent.send("<iq type='get' id='last' from='silent.localhost' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
        came = [each for each in self.silent.until(lambda each: each.get("id") == "last") if each.tag.endswith("message")]
        returned = [int(each.get("id")) for each in came if each.get("type") == "error"]
        arrived = [int(each.get("id")) for each in came if each.get("type") == "chat"]
        self.assertEqual([each for each in arrived if each not in self.unknown], self.accepted)
        wait_until(lambda: len(self.delivered) + len(returned) >= sent, "the endpoint has got what was not returned")
        twice = {number: count for number, count in collections.Counter(self.delivered + returned).items() if count > 1}
        self.assertEqual((twice, sorted(self.delivered + returned)), ({}, list(range(sent))))
        for each in range(CONVERSATIONS):
            numbers = [number for number in self.delivered if number % CONVERSATIONS == each]
            self.assertEqual(numbers, sorted(numbers))


if __name__ == "__main__":
    component_mode.run_with(ProsodyInside)
