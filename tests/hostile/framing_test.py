#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Heads of requests that two programs could read differently, and floods of them. An ordinary request follows on the
same connection each time: where the first one is refused, it must never be answered, for it might have been a part
of the first one's body.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import unittest

from besieged import HEALTH, Besieged, named
from wire import exchange

OK = 200
KIB = 1024


def get(*lines, target=b"/rest/health", host=b"Host: h"):
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", host, *lines]) + b"\r\n\r\n"


def post(*lines, body=b""):
    return b"\r\n".join([b"POST /rest HTTP/1.1", b"Host: h", *lines]) + b"\r\n\r\n" + body


CHUNK = b"5\r\nhello\r\n0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"
LENGTH = b"Content-Length: 5"

# A sentence, the bytes, the status, and what the answer's body must say.
REFUSED = [
    ("no HTTP at all", b"hello\r\n\r\n", 400, "three parts"),
    ("HTTP/0.9", b"GET /rest/health\r\n\r\n", 400, "three parts"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1"),
    ("HTTP/3.7", b"GET /rest/health HTTP/3.7\r\nHost: h\r\n\r\n", 505, "HTTP/1.1"),
    ("a version in small letters", b"GET /rest/health http/1.1\r\nHost: h\r\n\r\n", 400, "version"),
    ("a version of three digits", b"GET /rest/health HTTP/1.10\r\nHost: h\r\n\r\n", 400, "version"),
    ("a TLS greeting", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x07" * 20 + b"\r\n\r\n", 400, ""),
    ("a client of XMPP", b"<?xml version='1.0'?><stream:stream to='localhost'>\r\n\r\n", 400, "token"),
    ("a thousand zero bytes", b"\0" * 1000 + b"\r\n\r\n", 400, "three parts"),
    ("empty lines before the request", b"\r\n\r\n\r\n" + get(), 400, "empty"),
    ("a space before the method", b" " + get(), 400, "token"),
    ("a method with a tab", b"GE\tT /rest/health HTTP/1.1\r\nHost: h\r\n\r\n", 400, "token"),
    ("a method with a bracket", b"GET( /rest/health HTTP/1.1\r\nHost: h\r\n\r\n", 400, "token"),
    ("a method in small letters", b"get /rest/health HTTP/1.1\r\nHost: h\r\n\r\n", 501, "method"),
    ("a method of 8 KiB", b"G" * 8 * KIB + b" /rest/health HTTP/1.1\r\nHost: h\r\n\r\n", 501, "method"),
    ("CONNECT", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", 501, "method"),
    ("TRACE", b"TRACE /rest/health HTTP/1.1\r\nHost: h\r\nAuthorization: Basic c2VjcmV0\r\n\r\n", 501, "method"),
    ("a line feed alone", b"GET /rest/health HTTP/1.1\nHost: h\n\n", 400, "alone"),
    ("a line feed alone in a header", get(b"A: b\nContent-Length: 60"), 400, "alone"),
    ("a carriage return alone", b"GET /rest/health HTTP/1.1\rHost: h\r\r", 400, "alone"),
    ("a carriage return alone in a header", get(b"A: b\rContent-Length: 60"), 400, "alone"),
    ("two carriage returns", get(b"A: b\r"), 400, "alone"),
    ("no Host", get(host=b"A: b"), 400, "Host"),
    ("two Hosts", get(b"Host: other"), 400, "Host"),
    ("a Host of two names", get(host=b"Host: h, other"), 400, "host"),
    ("a Host with a slash", get(host=b"Host: h/rest"), 400, "host"),
    ("a Host with a NUL", get(host=b"Host: h\0"), 400, "control"),
    ("a space before the colon", get(b"Content-Length : 5"), 400, "token"),
    ("a space in a header's name", get(b"Content Length: 5"), 400, "token"),
    ("a header without a name", get(b": 5"), 400, "token"),
    ("a header without a colon", get(b"Content-Length"), 400, "token"),
    ("a header's name that is not ASCII", get("Länge: 5".encode()), 400, "token"),
    ("a folded header", get(b"A: b", b" c"), 400, "folded"),
    ("a folded first header", b"GET /rest/health HTTP/1.1\r\n Host: h\r\n\r\n", 400, "folded"),
    ("a fold that hides a length", get(b"A:", b"\tContent-Length: 5"), 400, "folded"),
    ("a NUL in a header", get(b"A: b\0c"), 400, "control"),
    ("an escape character in a header", get(b"A: \x1b[2J"), 400, "control"),
    ("a DEL in a header", get(b"A: \x7f"), 400, "control"),
    ("a vertical tab before chunked", post(b"Transfer-Encoding: \x0bchunked", body=CHUNK), 400, "control"),
    ("Content-Length twice", post(LENGTH, LENGTH, body=b"hello"), 400, "more than one"),
    ("two different Content-Lengths", post(LENGTH, b"Content-Length: 60"), 400, "more than one"),
    ("Content-Length as a list", post(b"Content-Length: 5, 5"), 400, "not a number"),
    ("Content-Length with a sign", post(b"Content-Length: +5"), 400, "not a number"),
    ("Content-Length below zero", post(b"Content-Length: -5"), 400, "not a number"),
    ("Content-Length in hexadecimal", post(b"Content-Length: 0x5"), 400, "not a number"),
    ("Content-Length with a fraction", post(b"Content-Length: 5.0"), 400, "not a number"),
    ("Content-Length with a space in it", post(b"Content-Length: 1 2"), 400, "not a number"),
    ("Content-Length without a number", post(b"Content-Length:"), 400, "not a number"),
    ("Content-Length of 2 to the 64th", post(b"Content-Length: 18446744073709551616"), 400, "not a number"),
    ("Content-Length of a thousand nines", post(b"Content-Length: " + b"9" * 1000), 400, "not a number"),
    ("both framings", post(LENGTH, CHUNKED, body=CHUNK), 400, "exclude"),
    ("both framings, the other way round", post(CHUNKED, LENGTH, body=CHUNK), 400, "exclude"),
    ("both framings with a length of zero", post(b"Content-Length: 0", CHUNKED, body=CHUNK), 400, "exclude"),
    ("chunked twice", post(CHUNKED, CHUNKED, body=CHUNK), 400, "more than one"),
    ("chunked twice in one line", post(b"Transfer-Encoding: chunked, chunked", body=CHUNK), 400, "chunked"),
    ("chunked, then identity", post(b"Transfer-Encoding: chunked, identity", body=CHUNK), 400, "chunked"),
    ("identity, then chunked", post(b"Transfer-Encoding: identity, chunked", body=CHUNK), 400, "chunked"),
    ("gzip, then chunked", post(b"Transfer-Encoding: gzip, chunked", body=CHUNK), 400, "chunked"),
    ("xchunked", post(b"Transfer-Encoding: xchunked", body=CHUNK), 400, "chunked"),
    ("chunked in quotes", post(b'Transfer-Encoding: "chunked"', body=CHUNK), 400, "chunked"),
    ("chunked with a parameter", post(b"Transfer-Encoding: chunked;q=1", body=CHUNK), 400, "chunked"),
    ("an empty Transfer-Encoding", post(b"Transfer-Encoding:", body=CHUNK), 400, "chunked"),
    ("chunks for HTTP/1.0", b"POST /rest HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK, 400, "HTTP/1.0"),
    ("an unknown expectation", post(b"Expect: 200-ok", LENGTH, body=b"hello"), 417, "100-continue"),
    ("an expectation with a parameter", post(b"Expect: 100-continue;x", LENGTH, body=b"hello"), 417, "100-continue"),
    ("101 headers", get(*[b"A: b"] * 100), 431, "too many"),
    ("50,000 headers", get(*[b"A: b"] * 50_000), 431, "too large"),
    ("a header of 33 KiB", get(b"A: " + b"b" * 33 * KIB), 431, "too large"),
    ("a header of 4 MiB", get(b"A: " + b"b" * 4096 * KIB), 431, "too large"),
    ("a header's name of 4 MiB", get(b"A" * 4096 * KIB + b": b"), 431, "too large"),
    ("4 MiB of spaces in a header", get(b"A:" + b" " * 4096 * KIB + b"b"), 431, "too large"),
    ("a first line of 4 MiB", b"G" * 4096 * KIB + b"\r\n\r\n", 414, "too long"),
]

# What looks odd and means one thing only: a sentence, the bytes, the statuses of all that is answered.
TAKEN = [
    ("one empty line before the request", b"\r\n" + get(), [OK, OK]),
    ("tabs around chunked", post(b"Transfer-Encoding:\t chunked \t", body=CHUNK), [401, OK]),
    ("CHUNKED in capitals", post(b"TRANSFER-ENCODING: CHUNKED", body=CHUNK), [401, OK]),
    ("spaces around a length", post(b"Content-Length:  5\t", body=b"hello"), [401, OK]),
    ("a length with zeros before it", post(b"Content-Length: 0000005", body=b"hello"), [401, OK]),
    ("a body for GET", get(LENGTH)[:-4] + b"\r\n\r\nhello", [OK, OK]),
    ("100 headers", get(*[b"A: b"] * 99), [OK, OK]),
    ("bytes beyond ASCII in a value", get(b"A: \xff\xfe\xc3\x28"), [OK, OK]),
    ("an upgrade that nobody asked for", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c"), [OK, OK]),
    ("an upgrade to a WebSocket", get(b"Connection: Upgrade", b"Upgrade: websocket"), [OK, OK]),
    ("headers that proxies write", get(b"REMOTE_ADDR: 6.6.6.6", b"X-Forwarded-For: 6.6.6.6", b"Forwarded: for=x"), [OK, OK]),
    ("headers that end connections", get(b"Connection: close, close, keep-alive"), [OK]),
    ("a Range of every byte", get(b"Range: bytes=" + b",".join(b"%d-" % i for i in range(1000))), [OK, OK]),
    ("200 requests at once", get() * 200, [OK] * 201),
]


class Framing(Besieged):
    def refused(self, sent, status, says):
        seen = exchange(self.host.http, sent + HEALTH)
        self.assertEqual([answer.status for answer in seen.answers], [status], seen)
        answer = seen.answers[0]
        self.assertTrue(seen.ended)
        self.assertEqual(answer.headers["connection"], "close")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain"))
        self.assertIn(says, answer.body.decode())
        self.serves()

    def taken(self, sent, statuses):
        seen = exchange(self.host.http, sent + HEALTH)
        self.assertEqual([answer.status for answer in seen.answers], statuses, seen)
        self.assertTrue(seen.ended)
        self.serves()


named(Framing, "is_refused", REFUSED, lambda test, *case: test.refused(*case))
named(Framing, "is_taken", TAKEN, lambda test, *case: test.taken(*case))


if __name__ == "__main__":
    unittest.main(verbosity=2)
