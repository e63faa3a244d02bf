#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The door for clients of XMPP: what is no stream, stanzas without end, logins that never come to one, clients that
do not read. Each ends with a stream error that says why; ordinary clients and requests are served after it.

Threads: the test's thread, besides the crowd's.
Ownership: the class owns one host, and a crowd of slow clients that is there from the beginning.
"""
import base64
import time
import unittest

from besieged import PROMPTLY, SANITIZED, Besieged, named, post
from crowd import Crowd, Kind, allow_descriptors
from stream import HEADER, SASL, Stream, plain
from support.deadline import wait_until

KIB, MIB = 1 << 10, 1 << 20
LOGIN_TIME = 30  # seconds, the server's
FREE = 5  # wrong passwords of a name that are told at once
LATEST = LOGIN_TIME + (60 if SANITIZED else 15)
BOB = b"<message to='bob@localhost'>"
DECLARATION = b"<?xml version='1.0'?>"
OPEN_HEADER = HEADER[:-1]

# A sentence, what a stranger says, the condition of the stream error.
STRANGERS = [
    ("noise", bytes(range(1, 256)) * 100, "not-well-formed"),
    ("HTTP", b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", "not-well-formed"),
    ("TLS", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\7" * 300, "not-well-formed"),
    ("entities", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + HEADER, "restricted-xml"),
    ("a comment", HEADER + b"<!-- -->", "restricted-xml"),
    ("a processing instruction", HEADER + b"<?php exit ?>", "restricted-xml"),
    ("an entity that nobody declared", HEADER + b"<a>&b;</a>", "not-well-formed"),
    ("Latin-1", HEADER.replace(b"'1.0'?>", b"'1.0' encoding='iso-8859-1'?>"), "unsupported-encoding"),
    ("bytes that are not UTF-8", HEADER + b"<a>\xff</a>", "not-well-formed"),
    ("a second declaration", HEADER + DECLARATION, "not-well-formed"),
    ("text between elements", HEADER + b"hello", "bad-format"),
    ("another namespace", HEADER.replace(b"jabber:client", b"jabber:evil"), "invalid-namespace"),
    ("another host", HEADER.replace(b"to='localhost'", b"to='evil.example'"), "host-unknown"),
    ("a header of 20,000 attributes", OPEN_HEADER + b"".join(b" a%d=''" % i for i in range(20_000)) + b">", "policy-violation"),
    ("a header of 20,000 prefixes", OPEN_HEADER + b"".join(b" xmlns:a%d='u'" % i for i in range(20_000)) + b">", "policy-violation"),
    ("a header without an end", OPEN_HEADER + b" a='" + b"a" * MIB, "policy-violation"),
    ("a name without an end", b"<" + b"a" * MIB, "policy-violation"),
    ("an attribute without an end", HEADER + b"<a b='" + b"a" * MIB, "policy-violation"),
    ("a login without an end", HEADER + plain(b"alice", b"x")[:80] + b"A" * MIB, "policy-violation"),
    ("a stanza", HEADER + BOB + b"</message>", "not-authorized"),
    ("an element that nobody knows", HEADER + b"<a/>", "unsupported-stanza-type"),
    ("100,000 levels", HEADER + b"<a>" * 100_000, "policy-violation"),
    ("20,000 attributes", HEADER + b"<a" + b"".join(b" a%d=''" % i for i in range(20_000)) + b"/>", "policy-violation"),
    ("200,000 elements in one", HEADER + b"<a>" + b"<b/>" * 200_000, "policy-violation"),
    ("ten wrong passwords", HEADER + plain(b"alice", b"x") * 10, "policy-violation"),
    ("1,000 logins that are taken back", HEADER + (b"<abort %s/>" % SASL) * 1000, "policy-violation"),
    ("ten answers to no question", HEADER + (b"<response %s>AAAA</response>" % SASL) * 10, "policy-violation"),
    ("ten logins that are no Base64", HEADER + (b"<auth %s mechanism='PLAIN'>!</auth>" % SASL) * 10, "policy-violation"),
    ("a name of 100 KiB", HEADER + plain(b"a" * 100 * KIB, b"x") * 6, "policy-violation"),
    ("a stream's end at once", HEADER + b"</stream:stream>", None),
]

# The same from somebody who has logged in.
MEMBERS = [
    ("a stanza of 300 KiB", BOB + b"<body>" + b"x" * 300 * KIB + b"</body></message>", "policy-violation"),
    ("a stanza without an end", BOB + b"<body>" + b"x" * 4 * MIB, "policy-violation"),
    ("10,000 levels", BOB + b"<a>" * 10_000, "policy-violation"),
    ("a namespace that 5,000 elements repeat",
     BOB + b"<a xmlns:p='" + b"x" * 20_000 + b"'>" + b"<p:b/>" * 5000 + b"</a></message>", "policy-violation"),
    ("somebody else's address", b"<message from='bob@localhost' to='bob@localhost'/>", "invalid-from"),
    ("an unknown entity", BOB + b"<body>&lol;</body></message>", "not-well-formed"),
    ("a comment in a stanza", BOB + b"<!-- --></message>", "restricted-xml"),
    ("a NUL", BOB + b"<body>\0</body></message>", "not-well-formed"),
    ("5,000 presences", b"".join(b"<presence to='u%d@localhost'/>" % i for i in range(5000)) + b"</stream:stream>", None),
    ("5,000 pings", b"<iq type='get' id='x' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>" * 5000 + b"</stream:stream>", None),
    ("addresses that are none", b"<message to='@@/@'/><iq type='get' id='' to='\xe2\x80\xae'/></stream:stream>", None),
]

SLOW = [
    Kind("a client that says nothing", b""),
    Kind("a header by bytes", b"", HEADER),
    Kind("spaces before a header", b"", b" "),
    Kind("a login by bytes", HEADER, b"<auth " + b" " * 100),
    Kind("a login that waits for its second step", HEADER + b"<auth %s mechanism='SCRAM-SHA-1'>%s</auth>" % (
        SASL, base64.b64encode(b"n,,n=alice,r=abc")), b" "),
]


class Clients(Besieged):
    lent_memory = 128 << 20

    @classmethod
    def setUpClass(cls):
        allow_descriptors(4096)
        super().setUpClass()
        cls.slow = Crowd(cls.host.c2s, SLOW, 40)
        cls.addClassCleanup(cls.slow.close)

    @classmethod
    def tearDownClass(cls):
        cls.slow.close()
        super().tearDownClass()

    @classmethod
    def serves(cls):
        super().serves()
        with Stream(cls.host.c2s) as client:
            client.log_in(b"bob", b"builder").say(b"</stream:stream>")
            if client.condition():
                raise AssertionError(client.heard)

    def says(self, said, condition, log_in=False):
        with Stream(self.host.c2s) as stream:
            if log_in:
                stream.log_in()
            stream.say(said)
            self.assertEqual(stream.condition(), condition, stream.heard[-500:])
        self.serves()

    def is_told(self, name):
        wait_until(lambda: all(each.ended for each in self.slow.outcomes(name)), name)
        for each in self.slow.outcomes(name):
            self.assertIn(b"<connection-timeout ", each.received)
            self.assertGreater(each.seconds, LOGIN_TIME - 2)
            self.assertLess(each.seconds, LATEST)
        self.serves()

    def test_a_client_that_does_not_read_is_left_alone_before_it_takes_much(self):
        large = post(b"<message to='alice@localhost' type='chat'><body>" + b"x" * 190 * KIB + b"</body></message>")
        with Stream(self.host.c2s) as deaf:
            deaf.log_in().say(b"<presence/>")
            deaf.until(b"<presence")
            for _ in range(100):
                self.answer(large, 202)
            begun = time.monotonic()
            with self.assertRaisesRegex(AssertionError, "no end"):
                deaf.condition()
            self.assertLess(time.monotonic() - begun, LOGIN_TIME)

    def guess(self, name):
        """How long it takes until a wrong password is told; each on a connection of its own."""
        with Stream(self.host.c2s) as guesser:
            guesser.say(HEADER)
            guesser.until(b"</stream:features>")
            begun = time.monotonic()
            guesser.say(plain(name, b"guess"))
            guesser.until(b"<failure ")
            return time.monotonic() - begun

    def test_who_guesses_hears_of_it_later_and_later_and_nobody_else_does(self):
        for _ in range(FREE):
            self.guess(b"carol")
        for least in (0.25, 0.5, 1):
            self.assertGreaterEqual(self.guess(b"carol"), least)
        begun = time.monotonic()
        with Stream(self.host.c2s) as client:
            client.log_in(b"bob", b"builder")
        self.assertLess(time.monotonic() - begun, PROMPTLY)
        self.serves()

    def test_of_clients_that_do_not_log_in_so_many_are_kept_and_they_lock_nobody_out(self):
        crowd = Crowd(self.host.c2s, [Kind("one of many", HEADER)], 1100)
        self.addCleanup(crowd.close)
        wait_until(lambda: crowd.alive() <= 500, "those past the limit are sent away")
        self.serves()
        crowd.close()
        wait_until(lambda: self.held()[0] < 400, "those who have left are forgotten")
        self.serves()


named(Clients, "from_a_stranger", STRANGERS, lambda test, *case: test.says(*case))
named(Clients, "from_somebody_who_has_logged_in", MEMBERS, lambda test, *case: test.says(*case, log_in=True))
named(Clients, "is_told_that_it_takes_too_long", [(kind.name, kind.name) for kind in SLOW],
      lambda test, name: test.is_told(name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
