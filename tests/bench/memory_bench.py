#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The host's memory: when nothing has happened, and after a million messages over HTTP against after ten thousand.

Threads: none. Ownership: host and peer end with the part.
"""
import contextlib
import sys

import parts
from component_host import ComponentHost
from footprint import MIB, own, resident, threads
from load import send
from peer import DOMAIN, PEOPLE
from request import Request, basic, message_xml
from support.host import Host
from table import Rows

FEW, MANY = 10_000, 1_000_000
IDLE = 5  # MiB
SAME = 1  # MiB: the stacks of some more threads of the pool, of which there are at most 64


def main():
    rows = Rows("memory")
    with contextlib.ExitStack() as running:
        host = ComponentHost()
        running.callback(host.close)
        idle, idle_own = resident(host.pid), own(host.pid)
        request = Request(host.port, body=message_xml(f"bot@{DOMAIN}", f"bob@{PEOPLE}"),
                          authorization=basic(DOMAIN, Host.component_secret))
        send(request, FEW)
        few, few_threads = resident(host.pid), threads(host.pid)
        send(request, MANY - FEW)
        many, many_threads = resident(host.pid), threads(host.pid)
    rows.at_most("memory of the idle host that is its own", idle_own / MIB, IDLE, "MiB",
                 more=f" ({idle / MIB:.1f} MiB with the pages of libraries, which others share)")
    rows.at_most(f"memory after {MANY:,} messages, less that after {FEW:,}", (many - few) / MIB, SAME, "MiB", 2,
                 f" ({few / MIB:.1f} and {many / MIB:.1f} MiB, {few_threads} and {many_threads} threads)")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
