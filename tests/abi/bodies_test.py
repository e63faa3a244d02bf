#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bodies that a plugin takes in pieces, from the client to the plugin: in restanza-host, in the example on the kit, and in
hosts that hand them over whole.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its host and its connections.
"""
import os
import socket
import unittest

from minimal_host import MinimalHost
from served import Served

from support.deadline import DEADLINE

BODIES = os.environ["BODIES_PLUGIN"]
HELD = 0.5  # seconds without room in the socket
AHEAD = 16 << 20  # bytes: more than the kernel and the host keep of one body


class Connection:
    """One of the test's own, for a request whose body it sends as it likes."""
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), DEADLINE)

    def begin(self, path, length):
        self.socket.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())

    def send_until_held(self):
        """How much was sent when the socket took nothing more."""
        self.socket.settimeout(HELD)
        sent, block = 0, b"x" * 65536
        try:
            while sent < 4 * AHEAD:
                sent += self.socket.send(block)
        except TimeoutError:
            pass
        self.socket.settimeout(DEADLINE)
        return sent

    def status(self):
        return int(self.socket.makefile("rb").readline().split()[1])


class InPieces(unittest.TestCase):
    def begin(self):
        host = Served({"load": BODIES, "domain": "bodies.localhost", "prefix": "/bodies"})
        self.addCleanup(host.kill)
        return host, "/bodies"

    def connect(self, host):
        connection = Connection(host.address)
        self.addCleanup(connection.socket.close)
        return connection

    def test_all_of_a_long_body_comes(self):
        host, prefix = self.begin()
        answer = host.rest.request("POST", f"{prefix}/count", b"x" * (5 << 20))
        self.assertEqual((answer.status, answer.body), (200, f"in pieces: {5 << 20}, status 0".encode()))
        host.close()

    def test_a_plugin_that_does_not_ask_stops_the_client(self):
        host, prefix = self.begin()
        connection = self.connect(host)
        connection.begin(f"{prefix}/hold", 4 * AHEAD)
        self.assertLess(connection.send_until_held(), AHEAD)

    def test_a_client_that_leaves_in_the_middle_is_told_to_the_plugin(self):
        host, prefix = self.begin()
        connection = self.connect(host)
        connection.begin(f"{prefix}/hold", 100)
        connection.socket.sendall(b"some")
        host.program.wait_for_line("one piece is read")
        connection.socket.close()
        host.program.wait_for_line("the client of a body has left")
        host.close()

    def test_a_body_that_still_comes_does_not_hold_up_the_end(self):
        host, prefix = self.begin()
        half, held = self.connect(host), self.connect(host)
        half.begin(f"{prefix}/count", 100)
        half.socket.sendall(b"some")
        held.begin(f"{prefix}/hold", 4 * AHEAD)
        held.send_until_held()
        host.program.wait_for_line("one piece is read")
        self.end(host)
        self.assertEqual((half.status(), held.status()), (503, 503))
        host.close()

    @staticmethod
    def end(host):
        host.program.signal(15)


class OnTheKit(InPieces):
    def begin(self):
        host = MinimalHost(BODIES, program=os.environ["EMBED"])
        self.addCleanup(host.program.kill)
        return host, "/rest"

    @staticmethod
    def end(host):
        host.end_input()


class Whole(unittest.TestCase):
    def test_a_host_of_version_1_0_hands_bodies_over_whole(self):
        host = MinimalHost(BODIES, program=os.path.join(os.environ["BROKEN_HOSTS"], "broken-host-sound_of_version_1_0"))
        self.addCleanup(host.program.kill)
        self.assertEqual(host.rest.request("POST", "/rest/count", b"x" * 100000).body, b"whole: 100000")
        host.close()

    def test_a_request_without_a_body_is_whole_everywhere(self):
        host = MinimalHost(BODIES, program=os.environ["EMBED"])
        self.addCleanup(host.program.kill)
        self.assertEqual(host.rest.request("GET", "/rest/count").body, b"whole: 0")
        host.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
