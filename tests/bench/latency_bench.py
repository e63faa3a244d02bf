#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Latency at half of the highest rate: 64 connections that post XML messages at a constant pace, whatever the answers
take.

Threads: none. Ownership: host, peer and load generator end with the part.
"""
import contextlib
import statistics
import subprocess
import sys

import parts
from component_host import ComponentHost
from load import PROGRAMS, SECONDS, in_turns, wrk
from peer import DOMAIN, PEOPLE
from request import Request, basic, message_xml
from support.host import Host
from table import Rows

CONNECTIONS = 64
LIMIT = 10  # milliseconds
ROUNDS = 3


def paced(request, rate):
    """{p50: milliseconds, ...} at that rate."""
    done = subprocess.run(
        [f"{PROGRAMS}/paced", str(request.port), str(CONNECTIONS), str(rate), str(2 * SECONDS), request.text()],
        stdout=subprocess.PIPE, text=True, timeout=60 + 2 * SECONDS, check=True)
    words = done.stdout.split()
    result = {name: float(value) for name, value in zip(words[::2], words[1::2])}
    if result["failed"]:
        raise AssertionError(f"answers that were refusals: {done.stdout}")
    return result


def main():
    rows = Rows("latency")
    with contextlib.ExitStack() as running:
        host = ComponentHost()
        running.callback(host.close)
        request = Request(host.port, body=message_xml(f"bot@{DOMAIN}", f"bob@{PEOPLE}"),
                          authorization=basic(DOMAIN, Host.component_secret))
        highest = []

        def at_half():
            highest.append(wrk(request, connections=CONNECTIONS).rate)
            return paced(request, highest[-1] / 2)
        results = in_turns({"paced": at_half}, ROUNDS)["paced"]
    middle = {name: statistics.median(each[name] for each in results) for name in results[0]}
    rate = statistics.median(highest) / 2
    rows.at_most(f"POST message, XML, {CONNECTIONS} connections at half of the highest rate: p99", middle["p99"], LIMIT,
                 "ms", 2, f" at {rate:,.0f} a second; p50 {middle['p50']:.2f} ms, p99.9 {middle['p999']:.2f} ms")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
