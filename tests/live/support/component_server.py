# SPDX-License-Identifier: MIT
"""The server's side of XEP-0114, in the test's own hands: it sends exactly the bytes that the test wants sent.

A real server writes only tidy XML; this one can also be untidy, refuse, or vanish.

Threads: for the test's thread; every wait has a deadline.
Ownership: owns its listening socket and the connection that it accepted last.
"""
import hashlib
import hmac
import re
import socket
import time
import xml.etree.ElementTree as ElementTree

from .deadline import DEADLINE, Missed, wait_until

STREAMS = "http://etherx.jabber.org/streams"
ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"
STREAM_ID = "stream-1"


class ComponentServer:
    secret = "component-secret"

    def __init__(self, port=0):
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.setblocking(False)
        self.component_port = self._listener.getsockname()[1]
        self.component = None  # the program that is expected to connect; once it has ended, nobody waits for it
        self._connection = None
        self._parser = None

    def accept(self):
        """Takes the next connection and reads its stream header; returns the domain it is for."""
        self.drop()
        self._connection, _ = wait_until(self._accept_one, "the component connects")
        self._connection.setblocking(True)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parser = ElementTree.XMLPullParser(("start", "end"))
        self._depth = 0
        self._root = self._next_event("start")
        self.send_raw(f"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='{STREAMS}' "
                      f"from='{self._root.get('to')}' id='{STREAM_ID}'>")
        return self._root.get("to")

    def _accept_one(self):
        if self.component and not self.component.running():
            raise AssertionError("the component has ended\n" + self.component.transcript())
        return self._listener.accept()

    def handshake(self):
        """Reads the component's handshake and tells whether it is right."""
        sent = self.next_element()
        wanted = hashlib.sha1((STREAM_ID + self.secret).encode()).hexdigest()
        return hmac.compare_digest(sent.text or "", wanted)

    def log_in(self):
        """The whole of a successful login."""
        domain = self.accept()
        if not self.handshake():
            raise AssertionError("the component's handshake is wrong")
        self.send_raw("<handshake/>")
        return domain

    def refuse(self, condition):
        """A stream error instead of what the component waits for, and the end of the stream."""
        self.send_raw(f"<stream:error><{condition} xmlns='{ERRORS}'/></stream:error></stream:stream>")
        self.drop()

    def send_raw(self, text):
        self._connection.sendall(text.encode() if isinstance(text, str) else text)

    def _next_event(self, wanted):
        end = time.monotonic() + DEADLINE
        while True:
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == wanted and (event == "start" or self._depth <= 1):
                    return element
            left = end - time.monotonic()
            if left <= 0:
                raise Missed("the component sent nothing in time")
            self._connection.settimeout(left)
            received = self._connection.recv(65536)
            if not received:
                raise ConnectionError("the component closed the connection")
            self._parser.feed(received)

    def next_element(self):
        """The next whole element that the component sends."""
        return self._next_event("end")

    def next_stanza(self):
        """The next message, presence or iq; whitespace and other elements do not matter."""
        while True:
            element = self.next_element()
            if re.search(r"\}(message|presence|iq)$", element.tag):
                return element

    def closed_politely(self):
        """Whether the component ends its stream, rather than only its connection."""
        try:
            while self._next_event("end") is not self._root:
                pass
            return True
        except (ConnectionError, OSError):
            return self._depth == 0

    def drop(self):
        """Ends the connection as a crash would."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def forget_the_ended(self):
        """Of a program that has ended: it may have begun another connection since the last one was dropped."""
        self.drop()
        try:
            while True:
                self._listener.accept()[0].close()
        except BlockingIOError:
            pass

    def close(self):
        self.drop()
        self._listener.close()
