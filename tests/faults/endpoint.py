# SPDX-License-Identifier: MIT
"""A webhook endpoint that misbehaves as it is told, and records every request that it has read whole.

The path names the life of the program that posts (`/life/3`); the body holds the message's own numbers.

Threads: the endpoint lives on an event loop in a thread of its own; `arrivals` only grows, so that any thread may
look at it. What a fault decides, it decides on the loop.
Ownership: owns its loop and its sockets until close().
"""
import asyncio
import collections
import re
import socket
import struct
import threading

DEADLINE = 30  # seconds for the loop to do something that it does at once

# `key` is the (conversation, life, number) that the sender gave the message.
Arrival = collections.namedtuple("Arrival", "process_life key webhook_id")

NUMBERS = re.compile(rb"<body>(\d+) (\d+) (\d+)")
HEAD_END = b"\r\n\r\n"
ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


def status(line, headers="", body=b""):
    return f"HTTP/1.1 {line}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Connection(asyncio.Protocol):
    """One connection: cuts requests out of it and lets the endpoint's fault answer them."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.received = bytearray()
        self.busy = False
        self.judged = False  # the fault has been asked about the request that is arriving
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        self.endpoint.connections.add(self)

    def connection_lost(self, _):
        self.endpoint.connections.discard(self)

    def eof_received(self):
        return False

    def data_received(self, data):
        self.received += data
        if self.received.startswith(b"POST") and self.endpoint.in_request and self.endpoint.in_request(self):
            return
        self.serve()

    def serve(self):
        """The next request, once it is whole and the one before it has been answered."""
        if self.busy or self.transport.is_closing():
            return
        head_end = self.received.find(HEAD_END)
        if head_end < 0:
            return
        head = bytes(self.received[:head_end]).decode("latin-1")
        lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        end = head_end + len(HEAD_END) + int(headers.get("content-length", 0))
        if len(self.received) < end:
            return
        body = bytes(self.received[head_end + len(HEAD_END):end])
        del self.received[:end]
        self.busy, self.judged = True, False
        method, path, _ = lines[0].split(" ")
        if method != "POST":
            self.answer(status("501 Not Implemented"))
            return
        numbers = NUMBERS.search(body)
        key = tuple(map(int, numbers.groups())) if numbers else None
        self.endpoint.record(Arrival(int(path.rsplit("/", 1)[1]), key, headers.get("webhook-id")))
        self.endpoint.fault(self, key)

    def answer(self, text=ACCEPTED):
        """The whole of an answer; the connection goes on."""
        self.transport.write(text)
        self.busy = False
        if self.received:
            self.endpoint.loop.call_soon(self.serve)

    def answer_after(self, delay, text=ACCEPTED):
        """A slow endpoint's answer: the delay is the fault, not a wait for something."""
        self.endpoint.loop.call_later(delay, self.answer, text)

    def drip(self, text=ACCEPTED, delay=0.01):
        """The answer in single bytes."""
        if not text:
            self.busy = False
            self.serve()
        elif not self.transport.is_closing():
            self.transport.write(text[:1])
            self.endpoint.loop.call_later(delay, self.drip, text[1:], delay)

    def close(self):
        self.transport.close()

    def half_close(self):
        """The end of our direction; the other one stays open."""
        self.transport.write_eof()

    def reset(self):
        """A connection reset by us, as a crashed machine or a firewall does it."""
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def healthy(connection, _key):
    connection.answer()


class Endpoint:
    def __init__(self, small_buffers=False):
        self.arrivals = []
        self.fault = healthy  # what answers a whole request: fault(connection, key)
        self.in_request = None  # may end the connection while the request is still arriving; then it returns true
        self.connections = set()
        self.most_connections = 0
        self.loop = asyncio.new_event_loop()
        self._small_buffers = small_buffers
        self._server = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.open()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(DEADLINE)

    def record(self, arrival):
        self.most_connections = max(self.most_connections, len(self.connections))
        with self._changed:
            self.arrivals.append(arrival)
            self._changed.notify_all()

    def wait_for(self, condition, deadline):
        """Waits until condition() is true, looking after each arrival; tells whether it came true in time."""
        with self._changed:
            return self._changed.wait_for(condition, deadline)

    def open(self):
        """Listens, again on the port of before."""
        async def begin():
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._small_buffers:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            listener.bind(("127.0.0.1", self.port))
            self._server = await self.loop.create_server(lambda: Connection(self), sock=listener, backlog=512)
            return listener.getsockname()[1]
        self.port = self._call(begin())

    def shut(self):
        """The port is closed, and so is every connection."""
        async def end():
            self._server.close()
            for connection in list(self.connections):
                connection.reset()
        self._call(end())

    def url(self, life):
        return f"http://127.0.0.1:{self.port}/life/{life}"

    def close(self):
        self.shut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(DEADLINE)
        self.loop.close()
