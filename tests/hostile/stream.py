# SPDX-License-Identifier: MIT
"""A client's stream as bytes: logged in or not, whatever is said then, and what comes back until the other side
closes.

Threads: for any thread; each call has a connection of its own.
"""
import base64
import re
import time

from support.deadline import DEADLINE
from wire import connect

HEADER = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          b"to='localhost' version='1.0'>")
SASL = b"xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
BIND = b"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"


def plain(user, password):
    return b"<auth %s mechanism='PLAIN'>%s</auth>" % (SASL, base64.b64encode(b"\0%s\0%s" % (user, password)))


class Stream:
    def __init__(self, address):
        self.heard = b""
        self._connection = connect(address)
        self._end = time.monotonic() + DEADLINE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def say(self, data):
        """False where the other side takes nothing more."""
        try:
            self._connection.sendall(data)
            return True
        except (ConnectionResetError, BrokenPipeError):
            return False

    def _hear(self):
        """False at the end of the connection."""
        self._connection.settimeout(max(0.01, self._end - time.monotonic()))
        try:
            piece = self._connection.recv(65536)
        except ConnectionResetError:
            return False
        self.heard += piece
        return bool(piece)

    def until(self, text):
        while text not in self.heard:
            if not self._hear():
                raise AssertionError(f"the stream ended without {text!r}: {self.heard[-500:]!r}")
        self.heard = self.heard.partition(text)[2]

    def log_in(self, user=b"alice", password=b"wonder"):
        for said, answer in ((HEADER, b"</stream:features>"), (plain(user, password), b"<success"),
                             (HEADER, b"</stream:features>"), (BIND, b"</iq>")):
            self.say(said)
            self.until(answer)
        return self

    def condition(self):
        """The stream error with which the other side ends the stream and closes the connection; None without one."""
        while self._hear():
            pass
        if not self.heard.endswith(b"</stream:stream>"):
            raise AssertionError(f"the stream has no end: {self.heard[-500:]!r}")
        found = re.search(rb"<stream:error><([a-z-]+) ", self.heard)
        return found[1].decode() if found else None
