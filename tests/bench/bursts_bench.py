#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Webhooks at other rates than the highest: a burst at line speed, of which nothing may be refused, and what one costs
where they come one after the other. The journal is on disk.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import statistics
import sys
import time

import parts
from component_host import ComponentHost
from footprint import processor_time
from load import SECONDS
from nginx import Nginx
from support.deadline import wait_until
from table import Rows

BURST = 100_000
CONVERSATIONS = 64
PACED = (100, 1000)  # messages a second
LEAST = 1000  # messages: the kernel counts processor time in hundredths of a second
ALONE = 50


def burst(rows, host, nginx):
    begin, answered = nginx.requests(), host.peer.messages()
    started = time.monotonic()
    host.peer.begin_push(BURST)
    host.peer.end_push()
    pushed = time.monotonic() - started
    refused = 0

    def settled():
        nonlocal refused
        refused = host.peer.messages() - answered  # nginx answers nothing, so these are errors
        return nginx.requests() - begin + refused >= BURST
    wait_until(settled, "all of the burst is delivered or refused", 120)
    rows.add(f"webhooks, {BURST:,} at line speed: refused", f"{refused:,} ({pushed:.1f} s until the last was taken off "
             f"the socket, {time.monotonic() - started:.1f} s until it was delivered)", "none", refused == 0)


def push_one(host, number):
    host.peer.begin_push(1, f"people{number % CONVERSATIONS}.localhost")
    host.peer.end_push()


def latency(host, nginx):
    """Milliseconds from the server's socket to the endpoint, with nothing else going on: the median."""
    took = []
    for number in range(ALONE):
        before = nginx.requests()
        started = time.monotonic()
        push_one(host, number)
        while nginx.requests() == before:
            pass
        took.append((time.monotonic() - started) * 1000)
    return statistics.median(took)


def paced(host, nginx, rate):
    """Microseconds of processor for each webhook."""
    count = max(LEAST, int(rate * 2 * SECONDS))
    begin, spent = nginx.requests(), processor_time(host.pid)
    started = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        push_one(host, number)
    wait_until(lambda: nginx.requests() - begin >= count, "all webhooks are delivered")
    time.sleep(1)  # what is written later counts too
    return (processor_time(host.pid) - spent) / count * 1e6


def main():
    rows = Rows("bursts")
    if Nginx.missing():
        rows.not_measured("webhooks in bursts, and one after the other", "nginx is not installed", "none refused")
        return rows.write()
    with contextlib.ExitStack() as running:
        nginx = Nginx()
        running.callback(nginx.close)
        host = ComponentHost({"rest_callback_url": nginx.url})
        running.callback(host.close)
        burst(rows, host, nginx)
        alone = latency(host, nginx)
        rows.add("webhooks that come alone: from the server's socket to the endpoint", f"p50 {alone:.2f} ms")
        for rate in PACED:
            rows.add(f"webhooks, {rate:,} a second: processor time for each", f"{paced(host, nginx, rate):.0f} µs")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
