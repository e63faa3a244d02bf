#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ten thousand programs that wait for their stanzas: what they cost, and when the last of them has one that all want.

Threads: none. Ownership: host, peer, nginx and crowd end with the part.
"""
import contextlib
import sys
import time

import parts
from component_host import ComponentHost
from footprint import KIB, Crowd, processor_time, resident
from nginx import Nginx
from peer import DOMAIN
from request import Request, basic
from support.host import Host
from table import Rows

COUNT = 10000
SETTLE = 5  # seconds, after the last has asked
WATCHED = 30  # seconds: each stream has had two comments
MOST_MEMORY = 16  # KiB each
MOST_PROCESSOR = 2  # percent of one core
MOST_TIME = 1  # second


def consumers(count):
    return {"updates": [{"name": f"c{number}"} for number in range(count)]}


def measure(rows, what, settings, kinds, path, until=None):
    with contextlib.ExitStack() as running:
        host = ComponentHost(settings)
        running.callback(host.close)
        request = Request(host.port, path, authorization=basic(DOMAIN, Host.component_secret), accepted=200)
        before = resident(host.pid)
        crowd = Crowd(request, COUNT, kinds, until)
        running.callback(crowd.close)
        time.sleep(SETTLE)
        each = (resident(host.pid) - before) / crowd.count
        spent = processor_time(host.pid)
        time.sleep(WATCHED)
        share = (processor_time(host.pid) - spent) / WATCHED * 100
        begin = time.monotonic()
        host.peer.begin_push(1)
        host.peer.end_push()
        end, statuses = crowd.wait_answered()
    rows.at_most(f"{crowd.count:,} {what}: memory for each", each / KIB, MOST_MEMORY, "KiB")
    rows.at_most(f"{crowd.count:,} {what}: processor while nothing comes", share, MOST_PROCESSOR, "% of a core", 2)
    lost = crowd.count - statuses.get("200", 0)
    rows.at_most(f"{crowd.count:,} {what}: until the last has a message that all want", end - begin, MOST_TIME, "s", 2,
                 f" ({statuses})" if lost else "")
    rows.add(f"{crowd.count:,} {what}: without it", str(lost), "none", lost == 0)


def measure_nginx(rows):
    """What a connection costs that nginx holds open between requests."""
    with contextlib.ExitStack() as running:
        nginx = Nginx(connections=COUNT + 100)
        running.callback(nginx.close)
        pids = nginx.workers()
        before = sum(map(resident, pids))
        crowd = Crowd(Request(nginx.port, "/stanzas", accepted=204), COUNT)
        running.callback(crowd.close)
        crowd.wait_answered()
        each = (sum(map(resident, pids)) - before) / crowd.count
    rows.add(f"{crowd.count:,} connections that nginx holds between requests: memory for each", f"{each / KIB:.1f} KiB")


def main():
    rows = Rows("followers")
    measure(rows, "long-polls", consumers(COUNT), COUNT, "/rest/updates?timeout=120&consumer=c{}")
    measure(rows, "event streams of 1,000 consumers", consumers(1000), 1000, "/rest/events?consumer=c{}", "data: ")
    measure(rows, "readers of the traffic", {}, 1, "/rest/traffic", "event: in")
    measure_nginx(rows)
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
