#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""100,000 messages in one request, against the same messages in requests of their own over 32 connections, taking turns;
and what the host's memory does meanwhile.

Threads: one writes a batch while the part's thread reads its answers.
Ownership: host and peer end with the part; a connection ends with its batch.
"""
import contextlib
import socket
import statistics
import sys
import threading
import time

import parts
from component_host import ComponentHost
from footprint import MIB, resident
from load import in_turns, ratio, send
from peer import DOMAIN, PEOPLE
from request import JSON, Request, basic, message_json
from support.host import Host
from table import Rows

COUNT = 100_000
BLOCK = 1_000  # messages in one chunk
FLAT = 2  # MiB
FROM, TO = f"bot@{DOMAIN}", f"bob@{PEOPLE}"


class Batch:
    """One request; its rate counts from the first byte that is sent to the last answer."""

    def __init__(self, host):
        self._host = host
        self.highest = 0  # bytes of the host while it runs

    def _write(self, connection):
        lines = ((message_json(FROM, TO) + "\n") * BLOCK).encode()
        chunk = b"%x\r\n%s\r\n" % (len(lines), lines)
        connection.sendall(f"POST /rest HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Type: application/x-ndjson\r\n"
                           f"Transfer-Encoding: chunked\r\nConnection: close\r\n"
                           f"Authorization: {basic(DOMAIN, Host.component_secret)}\r\n\r\n".encode())
        for _ in range(COUNT // BLOCK):
            connection.sendall(chunk)
            self.highest = max(self.highest, resident(self._host.pid))
        connection.sendall(b"0\r\n\r\n")

    def run(self):
        """Messages a second; each must have been accepted."""
        with socket.create_connection(("127.0.0.1", self._host.port)) as connection:
            started = time.monotonic()
            writer = threading.Thread(target=self._write, args=(connection,))
            writer.start()
            accepted, rest = 0, b""
            while data := connection.recv(1 << 20):
                whole, _, tail = (rest + data).rpartition(b"\n")
                accepted += whole.count(b'"status":202')
                rest = tail
            seconds = time.monotonic() - started
            writer.join()
        if accepted != COUNT:
            raise AssertionError(f"of {COUNT:,} messages {accepted:,} were accepted")
        return COUNT / seconds


def singly(request):
    started = time.monotonic()
    send(request, COUNT)
    return COUNT / (time.monotonic() - started)


def main():
    rows = Rows("batches")
    with contextlib.ExitStack() as running:
        host = ComponentHost()
        running.callback(host.close)
        request = Request(host.port, body=message_json(FROM, TO), content_type=JSON,
                          authorization=basic(DOMAIN, Host.component_secret))
        batch = Batch(host)
        batch.run()
        singly(request)
        before, batch.highest = resident(host.pid), 0
        results = in_turns({"batch": batch.run, "singly": lambda: singly(request)})
    for name, what in (("batch", "in one request"), ("singly", "in requests of their own")):
        rows.add(f"{COUNT:,} messages, JSON, {what}", f"{statistics.median(results[name]):,.0f} a second")
    rows.at_least("in one request / in requests of their own", ratio(results["batch"], results["singly"]), 2)
    rows.at_most("memory while batches run, less that before", (batch.highest - before) / MIB, FLAT, "MiB", 2,
                 f" ({before / MIB:.1f} and {batch.highest / MIB:.1f} MiB)")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
