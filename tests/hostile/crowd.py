# SPDX-License-Identifier: MIT
"""Many slow clients at once: each says its first bytes, then one byte a second, or nothing more, and keeps what it
hears until the other side has closed.

Threads: one of its own that serves all the clients; `outcomes` is for the test's thread, after `wait`.
Ownership: owns the connections until they have ended or `close` is called.
"""
import collections
import resource
import selectors
import socket
import threading
import time

from wire import connect

PACE = 1.0  # seconds between two bytes of a client
# `first` is sent at once, `drip` over and over; one that `reads` nothing leaves its answers where they are.
Kind = collections.namedtuple("Kind", "name first drip reads", defaults=(b"", True))
Outcome = collections.namedtuple("Outcome", "received ended seconds")


def allow_descriptors(count):
    """For this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


class Client:
    def __init__(self, address, kind):
        self.kind, self.received, self.ended, self.place = kind, b"", None, 0
        self.begun = time.monotonic()  # the server's time counts from then or later
        self.socket = connect(address, None if kind.reads else 4096)
        self.socket.setblocking(False)
        self.waiting = kind.first
        self.push()

    def push(self):
        """Whatever is to be said and can be said now."""
        try:
            self.waiting = self.waiting[self.socket.send(self.waiting):] if self.waiting else b""
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def drip(self):
        if self.kind.drip and not self.waiting and not self.ended:
            self.waiting = self.kind.drip[self.place % len(self.kind.drip):][:1]
            self.place += 1
        self.push()

    def hear(self):
        try:
            piece = self.socket.recv(65536)
            self.received += piece
            if not piece:
                self.end()
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def end(self):
        self.ended = self.ended or time.monotonic()


class Crowd:
    def __init__(self, address, kinds, each):
        self._clients = [Client(address, kind) for _ in range(each) for kind in kinds]
        self._selector = selectors.DefaultSelector()
        for client in self._clients:
            if client.kind.reads:
                self._selector.register(client.socket, selectors.EVENT_READ, client)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        dripped = time.monotonic()
        while not self._stopped.is_set():
            for key, _ in self._selector.select(0.2):
                key.data.hear()
                if key.data.ended:
                    self._selector.unregister(key.fileobj)
            if time.monotonic() - dripped >= PACE:
                dripped = time.monotonic()
                for client in self._clients:
                    if not client.ended:
                        client.drip()

    def alive(self):
        return sum(not client.ended for client in self._clients)

    def outcomes(self, name):
        return [Outcome(client.received, bool(client.ended), (client.ended or time.monotonic()) - client.begun)
                for client in self._clients if client.kind.name == name]

    def unread(self, name):
        """What those that did not read find when they look at last: (bytes, whether the connection ended)."""
        for client in self._clients:
            if client.kind.name == name:
                client.socket.settimeout(2)
                yield self._rest(client.socket)

    @staticmethod
    def _rest(connection):
        size = 0
        try:
            while piece := connection.recv(1 << 20):
                size += len(piece)
        except socket.timeout:
            return size, False
        except OSError:
            pass
        return size, True

    def close(self):
        self._stopped.set()
        self._thread.join()
        self._selector.close()
        for client in self._clients:
            client.socket.close()
