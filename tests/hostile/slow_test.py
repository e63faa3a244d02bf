#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A thousand clients that take their time, all at once: with their heads, with their bodies, with reading. Each is
answered 408 when the time for a request is over, however steadily it drips; meanwhile others are served as ever.

Threads: the test's thread, besides the crowd's.
Ownership: the class owns one host and one crowd, which all tests look at.
"""
import statistics
import time
import unittest

from besieged import AUTHORIZATION, PROMPTLY, SANITIZED, Besieged, named, request
from crowd import Crowd, Kind, allow_descriptors
from support.deadline import wait_until
from wire import take_answers

KIB = 1024
EACH = 125  # of every kind
REQUEST_TIME = 30  # seconds, the host's
LATEST = REQUEST_TIME + (60 if SANITIZED else 15)
HEAD = b"POST /rest HTTP/1.1\r\nHost: h\r\nAuthorization: " + AUTHORIZATION + b"\r\n"
LARGE = b"<message to='bob@localhost'><body>" + b"x" * 190 * KIB + b"</body></message>"

KINDS = [
    Kind("a first line by bytes", b"", b"GET /rest/health HTTP/1.1"),
    Kind("headers by bytes", HEAD, b"A: b\r\n"),
    Kind("half a head and nothing more", HEAD + b"Content-Le"),
    Kind("a body by bytes", HEAD + b"Content-Length: 1000\r\n\r\n", b"x"),
    Kind("a body but for its last byte", HEAD + b"Content-Length: 1025\r\n\r\n" + b"x" * KIB),
    Kind("chunks by bytes", HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    Kind("an extension by bytes", HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"e"),
    Kind("trailers by bytes", HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
]
# Twelve megabytes of answers, more than the system keeps for a connection.
DEAF = Kind("answers that nobody reads", request(b"POST", b"/rest/echo", LARGE, b"Content-Type: application/xmpp+xml")
            .replace(b"Connection: close", b"Connection: keep-alive") * 64, reads=False)


class Slow(Besieged):
    # The bodies that have not arrived, and the answers that nobody took.
    lent_memory = 128 << 20

    @classmethod
    def setUpClass(cls):
        allow_descriptors(4096)
        super().setUpClass()
        cls.begun = time.monotonic()
        cls.crowd = Crowd(cls.host.http, KINDS, EACH)
        cls.deaf = Crowd(cls.host.http, [DEAF], 4)
        cls.waits = cls.ordinary_requests(100)
        cls.were_there = cls.crowd.alive()

    @classmethod
    def tearDownClass(cls):
        cls.crowd.close()
        cls.deaf.close()
        super().tearDownClass()

    @classmethod
    def ordinary_requests(cls, count):
        """How long each of them took, in the middle of the crowd."""
        waits = []
        for _ in range(count):
            begun = time.monotonic()
            cls.serves()
            waits.append(time.monotonic() - begun)
        return waits

    def all_are_told(self, name):
        wait_until(lambda: all(each.ended for each in self.crowd.outcomes(name)), name)
        outcomes = self.crowd.outcomes(name)
        self.assertEqual(len(outcomes), EACH)
        for each in outcomes:
            answers, interim, rest = take_answers(each.received)
            self.assertEqual(([answer.status for answer in answers], interim, rest), ([408], [], b""))
            self.assertGreater(each.seconds, REQUEST_TIME - 2)
            self.assertLess(each.seconds, LATEST)
        self.serves()

    def test_ordinary_requests_are_served_promptly_in_the_middle_of_a_thousand_slow_ones(self):
        self.assertEqual(self.were_there, EACH * len(KINDS))
        self.assertLess(max(self.waits), PROMPTLY)
        self.assertLess(statistics.median(self.waits), PROMPTLY / 10)

    def test_who_does_not_read_is_left_alone_after_a_while(self):
        wait_until(lambda: self.held()[0] <= self.before[0], "all connections are closed")
        for size, ended in self.deaf.unread(DEAF.name):
            self.assertTrue(ended)
            self.assertLess(size, 64 * len(LARGE))
        self.serves()


named(Slow, "is_told_that_it_takes_too_long", [(kind.name, kind.name) for kind in KINDS],
      lambda test, name: test.all_are_told(name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
