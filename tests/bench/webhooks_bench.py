#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages to webhooks: restanza-host with its journal in memory and on disk, and mod_rest, taking turns at the same
nginx. As many messages are kept on the way as each of them likes best.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import statistics
import sys
import time

import parts
from component_host import ComponentHost, ForgetfulHost
from load import SECONDS, in_turns, ratio
from nginx import Nginx
from peer import DOMAIN, Peer
from rivals import ModRest
from support.deadline import wait_until
from support.host import Host
from support.servers.mod_rest import Unavailable
from table import Rows

OURS_ON_THE_WAY = 2000  # between the source's socket and the endpoint's count
MOD_REST_ON_THE_WAY = 64  # each has a connection of its own there
BATCHES = 8  # that this is pushed in
LOOK = 0.01  # seconds between two looks at the endpoint's count
NAMES = {"memory": "webhooks, journal in memory", "durable": "webhooks, journal on disk",
         "mod_rest": "mod_rest: webhooks"}
TARGETS = (("memory", 15), ("durable", 8))


def deliver(nginx, source, on_the_way, to=f"bot@{DOMAIN}"):
    """Webhooks a second."""
    begin = delivered = nginx.requests()
    pushed = 0
    batch = on_the_way // BATCHES
    started = time.monotonic()
    while time.monotonic() - started < SECONDS:
        while pushed - (delivered - begin) <= on_the_way - batch:
            source.begin_push(batch, to=to)
            source.end_push()
            pushed += batch
        time.sleep(LOOK)
        delivered = nginx.requests()
    rate = (delivered - begin) / (time.monotonic() - started)
    wait_until(lambda: nginx.requests() - begin >= pushed, "all webhooks are delivered")
    return rate


def main():
    rows = Rows("webhooks")
    if Nginx.missing():
        for name, target in TARGETS:
            rows.not_measured(f"{NAMES[name]} / {NAMES['mod_rest']}", "nginx is not installed", f"at least {target}")
        return rows.write()
    absent = None
    with contextlib.ExitStack() as running:
        def start(server):
            running.callback(server.close)
            return server

        nginx = start(Nginx())
        settings = {"rest_callback_url": nginx.url}
        memory, durable = (start(ComponentHost(settings, each)) for each in (ForgetfulHost, Host))
        contenders = {"memory": lambda: deliver(nginx, memory.peer, OURS_ON_THE_WAY),
                      "durable": lambda: deliver(nginx, durable.peer, OURS_ON_THE_WAY)}
        try:
            mod_rest = start(ModRest(settings))
            people = start(Peer(mod_rest))
            contenders["mod_rest"] = lambda: deliver(nginx, people, MOD_REST_ON_THE_WAY)
        except Unavailable as why:
            absent = str(why)
        results = in_turns(contenders)
    for name, what in NAMES.items():
        if name in results:
            rows.add(what, f"{statistics.median(results[name]):,.0f} a second")
    for name, target in TARGETS:
        what = f"{NAMES[name]} / {NAMES['mod_rest']}"
        if absent:
            rows.not_measured(what, absent, f"at least {target}")
        else:
            rows.at_least(what, ratio(results[name], results["mod_rest"]), target)
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
