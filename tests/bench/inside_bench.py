#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin inside Prosody, on a front of its own, beside mod_rest in the same process: how many messages, pings and webhooks
a second, what each costs Prosody's thread, how long chat clients wait meanwhile; and ten thousand iqs that are held.

Threads: none. Ownership: all servers end with the part.
"""
import collections
import contextlib
import statistics
import subprocess
import sys
import time

import parts
from beside import INSIDE, Both, Crowded
from footprint import KIB, Crowd, resident, threads
from load import PROGRAMS, SECONDS, in_turns, ratio, send, wrk
from nginx import Nginx
from peer import DOMAIN, PEOPLE
from request import Request, basic, message_xml, ping
from support.deadline import wait_until
from support.servers.mod_rest import Unavailable
from table import Rows
from webhooks_bench import MOD_REST_ON_THE_WAY, OURS_ON_THE_WAY, deliver

OURS, THEIRS = "inside Prosody", "mod_rest in the same Prosody"
KINDS = {"message": ("POST message, XML", 4), "ping": ("POST iq ping", 6), "webhook": ("webhooks", 5)}
LESS_TIME = 4  # times, of Prosody's thread
POSTS = 500  # a second, while a client chats
EVERY = 0.005  # seconds between two messages of that client
LOOK = 0.005  # seconds between two looks at what has arrived
OURS_AT_ONCE, MOD_REST_AT_ONCE = 10000, 2000  # messages of a turn: so many may wait for Prosody's thread
HELD, HELD_FOR = 10000, 30  # iqs, seconds
CONNECTIONS = 32
Taken = collections.namedtuple("Taken", "rate each")


def requests_of(server):
    """{kind: (ours, theirs)}"""
    def both(body_for, **more):
        return (Request(server.inside_port, body=body_for(f"bot@{INSIDE}"), authorization=basic(INSIDE, server.password), **more),
                Request(server.http_port, body=body_for(f"bot@{DOMAIN}"), authorization=basic("bot", server.password), **more))
    return {"message": both(lambda sender: message_xml(sender, f"bob@{PEOPLE}")),
            "ping": both(lambda sender: ping(sender, "localhost"), accepted=200)}


def arrived(people, request, count):
    """How many messages a second, until the last has arrived: those that were taken may wait."""
    before, began = people.messages(), time.monotonic()
    send(request, count)
    while people.messages() - before < count:
        time.sleep(LOOK)
    return count / (time.monotonic() - began), count


def contenders(server, people, nginx):
    """{(kind, whose): function}, where each gives a rate, and the seconds of Prosody's thread that each took."""
    def taken(measure):
        before = server.thread_time()
        rate, count = measure()
        return Taken(rate, (server.thread_time() - before) / count)

    def messages(request, count):
        return lambda: taken(lambda: arrived(people.first, request, count))

    def pings(request):
        def measure():
            rate = wrk(request).rate
            return rate, rate * SECONDS
        return lambda: taken(measure)

    def webhooks(domain, on_the_way):
        def measure():
            before = nginx.requests()
            return deliver(nginx, people, on_the_way, f"bot@{domain}"), nginx.requests() - before
        return lambda: taken(measure)
    found = {}
    requests = requests_of(server)
    for number, (whose, domain, count, on_the_way) in enumerate((
            (OURS, INSIDE, OURS_AT_ONCE, OURS_ON_THE_WAY), (THEIRS, DOMAIN, MOD_REST_AT_ONCE, MOD_REST_ON_THE_WAY))):
        found.update({("message", whose): messages(requests["message"][number], count),
                      ("ping", whose): pings(requests["ping"][number]), ("webhook", whose): webhooks(domain, on_the_way)})
    return found


def compare(rows, results):
    for kind, (what, target) in KINDS.items():
        ours, theirs = results[kind, OURS], results[kind, THEIRS]
        for name, taken in ((OURS, ours), (THEIRS, theirs)):
            middle = statistics.median(each.rate for each in taken), statistics.median(each.each for each in taken) * 1e6
            rows.add(f"{name}: {what}", f"{middle[0]:,.0f} a second, each {middle[1]:.0f} µs of Prosody's thread")
        rows.at_least(f"{OURS} / {THEIRS}: {what}", ratio([each.rate for each in ours], [each.rate for each in theirs]), target)
        rows.at_least(f"{THEIRS} / {OURS}: {what}, time of Prosody's thread",
                      ratio([each.each for each in theirs], [each.each for each in ours]), LESS_TIME)


def chat(rows, server, ours, theirs):
    client = server.chat_client()

    def p99():
        took = sorted(client.round_trips(2 * SECONDS, EVERY))
        return took[int(0.99 * (len(took) - 1))]

    def beside(request):
        command = [f"{PROGRAMS}/paced", str(request.port), str(CONNECTIONS), str(POSTS), str(2 * SECONDS + 1), request.text()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as posting:
            time.sleep(0.5)  # until its connections are there, and it keeps its pace
            took = p99()
            said, _ = posting.communicate(timeout=60)
        if " failed 0 " not in said:
            raise AssertionError(f"posts were refused: {said}")
        return took
    with contextlib.closing(client):
        given = in_turns({"alone": p99, OURS: lambda: beside(ours), THEIRS: lambda: beside(theirs)})
    for name, when in (("alone", "nobody posts"), (OURS, f"{POSTS} posts a second, {OURS}"),
                       (THEIRS, f"{POSTS} posts a second, {THEIRS}")):
        rows.add(f"a chat client's round trip while {when}: p99", f"{statistics.median(given[name]):.2f} ms")
    for than, limit, what in ((THEIRS, 1, f"as beside {THEIRS}"), ("alone", 2, "as where nobody posts")):
        rows.at_most(f"a chat client's round trip at {POSTS} posts a second {OURS}: p99", ratio(given[OURS], given[than]), limit,
                     f"times as long {what}", 2)


def hold(rows, server, people):
    people.hold()
    request = Request(server.inside_port, body=ping(f"bot@{INSIDE}", f"silent@{PEOPLE}"), accepted=200,
                      authorization=basic(INSIDE, server.password))
    before = resident(server.pid)
    crowd = Crowd(request, HELD)
    with contextlib.closing(crowd):
        wait_until(lambda: people.kept() == crowd.count, "all iqs have reached the peer")
        time.sleep(HELD_FOR)
        each, running = (resident(server.pid) - before) / crowd.count, threads(server.pid)
        begin = people.answer()
        end, statuses = crowd.wait_answered()
    lost = crowd.count - statuses.get("200", 0)
    rows.add(f"{OURS}: {crowd.count:,} iqs held for {HELD_FOR} s: lost", f"{lost}" + (f" ({statuses})" if lost else ""), "none",
             lost == 0)
    rows.add(f"{OURS}: held iqs",
             f"{each / KIB:.1f} KiB each, {running} threads, {end - begin:.2f} s from the first answer to the last")


def main():
    rows = Rows("inside")
    with contextlib.ExitStack() as running:
        def start(server):
            running.callback(server.close)
            return server

        nginx = start(Nginx())
        try:
            server = start(Both({"rest_callback_url": nginx.url}))
        except Unavailable as why:
            for what, target in KINDS.values():
                rows.not_measured(f"{OURS} / {THEIRS}: {what}", str(why), f"at least {target}")
            return rows.write()
        people = start(Crowded(server))
        compare(rows, in_turns(contenders(server, people, nginx)))
        chat(rows, server, *requests_of(server)["message"])
        hold(rows, server, people.first)
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
