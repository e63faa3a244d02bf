#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Answers that come before a request has ended: what follows on the connection is a body, and a request that somebody
hid in it must never be served. Each body here is a whole request for something that would be answered.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import unittest

from besieged import AUTHORIZATION, HEALTH, Besieged, named
from wire import connect, exchange

HIDDEN = b"GET /rest/health HTTP/1.1\r\nHost: h\r\n\r\n"
LARGE = HIDDEN * 8000
LENGTH = b"Content-Length: %d" % len(HIDDEN)
TOO_LONG = b"Content-Length: %d" % len(LARGE)
CHUNKED = b"Transfer-Encoding: chunked"
EXPECT = b"Expect: 100-continue"
KNOWN = b"Authorization: " + AUTHORIZATION
UNKNOWN = b"Authorization: Basic bm9ib2R5Om5vdGhpbmc="
XML = b"Content-Type: application/xmpp+xml"
OK = 200


def head(*lines, method=b"POST", target=b"/rest", version=b"HTTP/1.1"):
    return b"\r\n".join([b"%s %s %s" % (method, target, version), b"Host: h", *lines]) + b"\r\n\r\n"


def chunks(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# A sentence, the bytes, the statuses of everything that is answered, and whether the honest request after them is.
CASES = [
    ("no credentials", head(LENGTH, XML) + HIDDEN, [401], True),
    ("wrong credentials", head(LENGTH, XML, UNKNOWN) + HIDDEN, [401], True),
    ("a body that is no stanza", head(LENGTH, XML, KNOWN) + HIDDEN, [400], True),
    ("an unknown media type", head(LENGTH, KNOWN) + HIDDEN, [415], True),
    ("a path that is not the plugin's", head(LENGTH, target=b"/other") + HIDDEN, [404], False),
    ("a path that is not there", head(LENGTH, KNOWN, target=b"/rest/none/of/these") + HIDDEN, [400], True),
    ("a method that the path does not know", head(LENGTH, KNOWN, method=b"DELETE") + HIDDEN, [405], True),
    ("a method that nobody knows", head(LENGTH, method=b"BREW") + HIDDEN, [501], False),
    ("a body for OPTIONS", head(LENGTH, method=b"OPTIONS", target=b"/rest/health") + HIDDEN, [OK], True),
    ("a body for GET", head(LENGTH, method=b"GET", target=b"/rest/health") + HIDDEN, [OK], True),
    ("a body in chunks for GET", head(CHUNKED, method=b"GET", target=b"/rest/health") + chunks(HIDDEN), [OK], True),
    ("a body for DELETE", head(LENGTH, KNOWN, method=b"DELETE", target=b"/rest/deliveries") + HIDDEN, [400], True),
    ("a length past the limit", head(TOO_LONG, XML, KNOWN) + LARGE, [413], False),
    ("a length past the limit without credentials", head(TOO_LONG, XML) + LARGE, [401], False),
    ("a length past the limit and nothing more", head(b"Content-Length: 999999999999", KNOWN, XML) + HIDDEN, [413], False),
    ("the largest length", head(b"Content-Length: 9223372036854775807", KNOWN, XML) + HIDDEN, [413], False),
    ("a chunk past the limit", head(CHUNKED, KNOWN, XML) + chunks(LARGE), [413], False),
    ("chunks that are too much together", head(CHUNKED, KNOWN, XML) + chunks(*[HIDDEN] * 8000), [413], False),
    ("a chunk past the limit without credentials", head(CHUNKED, XML) + chunks(LARGE), [401], False),
    ("a chunk that is longer than its size", head(CHUNKED, KNOWN) + b"3\r\nabcdef\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a chunk that ends in a line feed", head(CHUNKED, KNOWN) + b"3\r\nabc\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size that ends in a line feed", head(CHUNKED, KNOWN) + b"3\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size with a sign", head(CHUNKED, KNOWN) + b"+3\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size below zero", head(CHUNKED, KNOWN) + b"-1\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size with 0x", head(CHUNKED, KNOWN) + b"0x3\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size with a space", head(CHUNKED, KNOWN) + b"3 \r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size with an underscore", head(CHUNKED, KNOWN) + b"1_0\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size of 2 to the 64th", head(CHUNKED, KNOWN) + b"10000000000000003\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size of nearly 2 to the 64th", head(CHUNKED, KNOWN) + b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a size of 16 TiB", head(CHUNKED, KNOWN, XML) + b"fffffffffff\r\nabc\r\n0\r\n\r\n" + HIDDEN, [413], False),
    ("no size", head(CHUNKED, KNOWN) + b"\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a carriage return in an extension", head(CHUNKED, KNOWN) + b"3;a\rb\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a NUL in an extension", head(CHUNKED, KNOWN) + b"3;a\0\r\nabc\r\n0\r\n\r\n" + HIDDEN, [400], False),
    ("a NUL in a trailer", head(CHUNKED, KNOWN) + b"0\r\nA: \0\r\n\r\n" + HIDDEN, [400], False),
    ("trailers that reframe", head(CHUNKED, XML, KNOWN) + b"3\r\nabc\r\n0\r\nContent-Length: 60\r\n\r\n", [400], True),
    ("a body for HTTP/1.0 that goes on", head(LENGTH, KNOWN, XML, version=b"HTTP/1.0") + HIDDEN + HIDDEN, [400], False),
    ("a body in HTTP/1.0 without a length", head(KNOWN, XML, version=b"HTTP/1.0") + HIDDEN, [400], False),
    ("an expectation whose body comes at once", head(LENGTH, EXPECT, XML) + HIDDEN, [401], True),
    ("an expectation of a body that is too long", head(TOO_LONG, EXPECT, XML, KNOWN) + HIDDEN, [413], False),
    ("an expectation without a body", head(EXPECT, KNOWN, XML), [400], True),
    ("an expectation at a path that is not there", head(LENGTH, EXPECT, target=b"/other") + HIDDEN, [404], False),
    ("an expectation of chunks", head(CHUNKED, EXPECT, XML) + chunks(HIDDEN), [401], True),
    ("an expectation in HTTP/1.0", head(LENGTH, EXPECT, XML, version=b"HTTP/1.0") + HIDDEN, [401], False),
    ("an absolute target of another server", head(LENGTH, target=b"http://other/rest") + HIDDEN, [401], True),
    ("an absolute target with a user", head(LENGTH, target=b"http://user:word@h/rest") + HIDDEN, [400], False),
]


class Smuggling(Besieged):
    def counted(self, sent, statuses, more):
        seen = exchange(self.host.http, sent + HEALTH)
        self.assertEqual([answer.status for answer in seen.answers], statuses + [OK] * more, seen)
        self.assertEqual(seen.interim, [])
        self.assertTrue(seen.ended)
        self.serves()

    def test_who_asks_for_leave_to_send_gets_it_and_what_follows_is_the_body(self):
        connection = connect(self.host.http)
        connection.sendall(head(LENGTH, EXPECT, XML))
        self.assertEqual(connection.recv(64), b"HTTP/1.1 100 Continue\r\n\r\n")
        seen = exchange(self.host.http, HIDDEN + HEALTH, connection=connection)
        self.assertEqual(([answer.status for answer in seen.answers], seen.interim), ([401, OK], []))
        self.serves()


named(Smuggling, "hides_no_request", CASES, lambda test, *case: test.counted(*case))


if __name__ == "__main__":
    unittest.main(verbosity=2)
