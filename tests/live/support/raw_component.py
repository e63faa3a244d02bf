# SPDX-License-Identifier: MIT
"""The component's side of XEP-0114 in the test's own hands: sends what the test wants, records what arrives.

Threads: one reader thread, on which iq requests are answered; the methods are for the test's thread.
Ownership: owns its connection until close().
"""
import hashlib
import queue
import socket
import threading
import xml.etree.ElementTree as ElementTree

from .deadline import DEADLINE, Missed
from .xml_data import local_name

STREAMS = "http://etherx.jabber.org/streams"


class RawComponent:
    def __init__(self, port, domain, secret, answer=lambda iq: None, stanzas=None):
        """`answer` gets each iq get and set that arrives and returns the bytes to send back, or None. `stanzas`: where they are
        put, on the reader thread, for somebody who does not ask this for them."""
        self.domain = domain
        self.answer = answer
        self._stanzas = stanzas or queue.Queue()
        self._socket = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parser = ElementTree.XMLPullParser(("start", "end"))
        self._depth = 0
        self.send(f"<stream:stream xmlns='jabber:component:accept' xmlns:stream='{STREAMS}' to='{domain}'>")
        stream_id = self._next("start").get("id")
        self.send(f"<handshake>{hashlib.sha1((stream_id + secret).encode()).hexdigest()}</handshake>")
        if local_name(self._next("end").tag) != "handshake":
            raise AssertionError(f"the server refused the component {domain}")
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _next(self, wanted):
        while True:
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == wanted and self._depth == 1:
                    return element
            received = self._socket.recv(65536)
            if not received:
                raise ConnectionError(f"the server closed the stream of {self.domain}")
            self._parser.feed(received)

    def _read(self):
        try:
            while True:
                stanza = self._next("end")
                if local_name(stanza.tag) == "iq" and stanza.get("type") in ("get", "set"):
                    answer = self.answer(stanza)
                    if answer:
                        self.send(answer)
                self._stanzas.put(stanza)
        except OSError:
            pass

    def send(self, text):
        self._socket.sendall(text.encode() if isinstance(text, str) else text)

    def until(self, last, deadline=DEADLINE):
        """What has arrived before the stanza for which last(stanza) is true; that one is dropped."""
        before = []
        while True:
            try:
                stanza = self._stanzas.get(timeout=deadline)
            except queue.Empty:
                raise Missed(f"{self.domain}: the awaited stanza did not arrive within {deadline:g} s") from None
            if last(stanza):
                return before
            before.append(stanza)

    def next(self, deadline):
        """The next stanza, or None where nothing comes in time."""
        try:
            return self._stanzas.get(timeout=deadline)
        except queue.Empty:
            return None

    def wait_closed(self, deadline):
        """Until the server has closed the stream, and all that came before has been put where it belongs."""
        self._thread.join(deadline)

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE)
        self._socket.close()
