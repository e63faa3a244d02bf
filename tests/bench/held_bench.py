#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ten thousand iqs that nobody answers for half a minute, and then all at once.

Threads: none. Ownership: host, peer and crowd end with the part.
"""
import contextlib
import sys
import time

import parts
from component_host import ComponentHost
from footprint import KIB, Crowd, resident, threads
from peer import DOMAIN, PEOPLE
from request import Request, basic, ping
from support.deadline import wait_until
from support.host import Host
from table import Rows

COUNT = 10000
HELD = 30  # seconds
MOST_MEMORY = 16  # KiB each
MOST_THREADS = 100  # of the whole program: its pool and what else it has, whatever the count is
MOST_TIME = 1  # second


def main():
    rows = Rows("held")
    with contextlib.ExitStack() as running:
        host = ComponentHost()
        running.callback(host.close)
        host.peer.hold()
        request = Request(host.port, body=ping(f"bot@{DOMAIN}", f"silent@{PEOPLE}"), accepted=200,
                          authorization=basic(DOMAIN, Host.component_secret))
        before = resident(host.pid)
        crowd = Crowd(request, COUNT)
        running.callback(crowd.close)
        wait_until(lambda: host.peer.kept() == crowd.count, "all iqs have reached the peer")
        time.sleep(HELD)
        each = (resident(host.pid) - before) / crowd.count
        running_threads = threads(host.pid)
        begin = host.peer.answer()
        end, statuses = crowd.wait_answered()
    lost = crowd.count - statuses.get("200", 0)
    rows.add(f"{crowd.count:,} iqs held for {HELD} s: lost", f"{lost}" + (f" ({statuses})" if lost else ""), "none",
             lost == 0)
    rows.at_most("held iqs: memory for each", each / KIB, MOST_MEMORY, "KiB")
    rows.at_most("held iqs: threads of the host", running_threads, MOST_THREADS, "threads", 0)
    rows.at_most("held iqs: from the first answer of the peer to the last over HTTP", end - begin, MOST_TIME, "s", 2)
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
