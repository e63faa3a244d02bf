#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What has waited for an endpoint: how long it takes until all of it is there, once the endpoint is. The journal is on
disk.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import json
import sys
import time

import parts
from component_host import ComponentHost
from nginx import Nginx
from support.deadline import wait_until
from table import Rows

WAITING = 300_000
MOST = 60  # seconds
NAME = f"webhooks, {WAITING:,} that waited for their endpoint: until all are delivered"


def waiting(rest):
    return json.loads(rest.request("GET", "/rest/endpoints").body)["endpoints"][0]["waiting"]


def main():
    rows = Rows("backlog")
    if Nginx.missing():
        rows.not_measured(NAME, "nginx is not installed", f"at most {MOST} s")
        return rows.write()
    with contextlib.ExitStack() as running:
        nginx = Nginx(begun=False)
        running.callback(nginx.close)
        host = ComponentHost({"rest_callbacks": [{"name": "nginx", "url": nginx.url, "stanzas": ["message"],
                                                  "max_queued": WAITING}]})
        running.callback(host.close)
        host.peer.begin_push(WAITING)
        host.peer.end_push()
        rest = host.host.rest
        wait_until(lambda: waiting(rest) >= WAITING, "all of it waits", 120)
        nginx.begin()
        started = time.monotonic()
        rest.request("POST", "/rest/endpoints/nginx/resume")  # not once the next probe is due
        wait_until(lambda: nginx.requests() >= WAITING, "all of it is delivered", 4 * MOST)
        rows.at_most(NAME, time.monotonic() - started, MOST, "s")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
