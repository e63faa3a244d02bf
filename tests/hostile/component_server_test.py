#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The server that a component connects to, as nobody would wish for: bombs in the stream, stanzas without end, noise
instead of a header. The component drops such a stream, tries again, and serves as before.

Threads: the test's thread.
Ownership: the class owns the server and one host for all cases.
"""
import unittest

from besieged import Besieged, named
from support.component_server import STREAMS, ComponentServer
from support.deadline import wait_until
from support.host import Host, component_of

MIB = 1 << 20
MESSAGE = b"<message from='a@b' to='bot@rest.localhost'>"
HEADER = (f"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='{STREAMS}' "
          "from='rest.localhost' id='1'>").encode()
DOCTYPE = b"<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"

# What ends the stream, said after the login.
FATAL = [
    ("noise", bytes(range(256)) * 100),
    ("a bomb of entities", DOCTYPE),
    ("an entity that nobody declared", MESSAGE + b"<body>&b;</body></message>"),
    ("a comment", b"<!-- -->"),
    ("a processing instruction", b"<?php exit ?>"),
    ("text between stanzas", b"hello"),
    ("a NUL", MESSAGE + b"\0</message>"),
    ("bytes that are not UTF-8", MESSAGE + b"<body>\xff\xfe</body></message>"),
    ("a wrong end tag", MESSAGE + b"</iq>"),
    ("a prefix that nobody declared", MESSAGE + b"<a:b/></message>"),
    ("a second declaration", b"<?xml version='1.0'?>"),
    ("a stanza of 20 MiB", MESSAGE + b"<body>" + b"x" * 20 * MIB),
    ("an error that nobody knows", b"<stream:error><a xmlns='u'/></stream:error>"),
    ("the end of the stream", b"</stream:stream>"),
]

# What is left out, so that nobody can end the stream of others with it.
HARMLESS = [
    ("2,000 levels", MESSAGE + b"<a>" * 2000 + b"</a>" * 2000 + b"</message>"),
    ("100,000 levels", MESSAGE + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</message>"),
    ("20,000 attributes", MESSAGE + b"<a" + b"".join(b" a%d=''" % i for i in range(20_000)) + b"/></message>"),
    ("a namespace that 20,000 elements repeat", MESSAGE + b"<a xmlns:p='" + b"x" * 100_000 + b"'>" + b"<p:b/>" * 20_000 +
     b"</a></message>"),
    ("an element that is no stanza", b"<a xmlns='u'/>"),
    ("stanzas without addresses", b"<message/><presence/><iq type='get'/>"),
    ("stanzas for somebody else", b"<message to='bot@other.example'/><iq type='set' id='1' to='@@'/>"),
    ("answers to no question", b"<iq type='result' id='1' from='a@b' to='rest.localhost'/>" * 10_000),
    ("a megabyte of spaces", b" " * MIB),
]

# Instead of a stream's header.
STRANGERS = [
    ("HTTP", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    ("TLS", b"\x15\x03\x03\x00\x02\x02\x28"),
    ("noise", bytes(range(255, -1, -1)) * 100),
    ("a bomb of entities", DOCTYPE + HEADER),
    ("a header of 20,000 attributes", HEADER[:-1] + b"".join(b" a%d=''" % i for i in range(20_000)) + b">"),
    ("a stream of another kind", HEADER.replace(b"component:accept", b"server")),
    ("stanzas before the login", HEADER + MESSAGE + b"</message>" + b"</stream:stream>"),
]


class Server(ComponentServer):
    def accept_only(self):
        """The next connection, of which nothing is read and to which nothing is said."""
        self.drop()
        self._connection, _ = wait_until(self._accept_one, "the component connects")
        self._connection.setblocking(True)

    def say(self, data):
        try:
            self.send_raw(data)
        except OSError:
            pass  # it may have heard enough


class ComponentsServer(Besieged):
    # The parser keeps what it has needed for the deepest element until the stream ends.
    kept_memory = 64 << 20

    @classmethod
    def launch(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        host = Host(component_of(cls.server), wait_ready=False)
        cls.server.component = host.program
        cls.server.log_in()
        host.wait_ready()
        return host

    @classmethod
    def tearDownClass(cls):
        try:
            super().tearDownClass()
        finally:
            cls.server.close()

    @classmethod
    def serves(cls):
        """What is posted arrives at the server."""
        response = cls.host.rest.post("<message to='a@localhost' id='ordinary'/>")
        arrived = cls.server.next_stanza().get("id")
        if (response.status, arrived) != (202, "ordinary"):
            raise AssertionError(f"{response} and {arrived}\n{cls.host.program.transcript()}")

    def ends_the_stream(self, said):
        self.server.say(said)
        self.server.log_in()
        self.serves()

    def is_left_out(self, said):
        self.server.say(said)
        # The ping's answer tells that all before it has been read, on the same stream.
        self.server.say(b"<iq type='get' id='after' from='a@b' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
        while self.server.next_stanza().get("id") != "after":
            pass
        self.serves()

    def is_no_server(self, said):
        self.server.drop()
        self.server.accept_only()
        self.server.say(said)
        self.server.log_in()
        self.serves()


named(ComponentsServer, "ends_the_stream", FATAL, lambda test, said: test.ends_the_stream(said))
named(ComponentsServer, "is_left_out", HARMLESS, lambda test, said: test.is_left_out(said))
named(ComponentsServer, "is_no_server", STRANGERS, lambda test, said: test.is_no_server(said))


if __name__ == "__main__":
    unittest.main(verbosity=2)
