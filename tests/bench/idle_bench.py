#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Twenty thousand connections that have asked once and then say nothing: what they cost.

Threads: none. Ownership: host, peer and crowd end with the part.
"""
import contextlib
import sys
import time

import parts
from component_host import ComponentHost
from footprint import KIB, Crowd, processor_time, resident
from request import Request
from table import Rows

COUNT = 20000
WATCHED = 10  # seconds
MOST = 2  # percent of one core


def main():
    rows = Rows("idle")
    with contextlib.ExitStack() as running:
        host = ComponentHost()
        running.callback(host.close)
        before = resident(host.pid)
        crowd = Crowd(Request(host.port, "/rest/health", accepted=200), COUNT)
        running.callback(crowd.close)
        crowd.wait_answered()
        spent = processor_time(host.pid)
        time.sleep(WATCHED)
        share = (processor_time(host.pid) - spent) / WATCHED * 100
        each = (resident(host.pid) - before) / crowd.count
        still_open = crowd.still_open()
    if still_open != crowd.count:
        raise AssertionError(f"only {still_open} of {crowd.count} connections stayed open")
    few = "" if crowd.count == COUNT else " (no more descriptors are allowed here)"
    rows.at_most(f"{crowd.count:,} idle connections{few}: processor", share, MOST, "% of a core", 2,
                 f", {each / KIB:.1f} KiB each")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
