#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A thousand messages to each of sixteen servers that treat their connections as real ones do: all of them arrive, nothing
comes again but with its id, and nothing that a server does with a connection counts as an outage.

The pauses are the idle timers of servers: a connection that has been kept for as long as that is one that they close.

Threads: the test's thread, besides those of the support package.
Ownership: the test owns its server, its receivers and its host.
"""
import collections
import functools
import re
import tempfile
import time
import unittest

from support.certificates import new_authority
from support.deadline import DEADLINE, Missed, wait_until
from support.linked import start_linked
from support.played import played
from support.process import installed
from support.receivers import raw
from support.receivers.programs import Caddy, Gunicorn, Nginx, Node
from support.receivers.python_server import PythonServer

MESSAGES = played(full=1000, slice=1000, sanitized=200)
CONVERSATIONS = 20
# Seconds of silence before each part of the messages, which are the load: some of the servers are told to keep a connection for
# 1 s, and Node.js does it for 5. So some requests come just as the timer of a connection has run out.
WAVES = (0, 1, 1, 1, 5)
REQUESTS = re.compile(r'^restanza_webhook_requests_total\{endpoint="(\w+)",outcome="(\w+)"\} (\d+)$', re.MULTILINE)


def setUpModule():
    for program in ("nginx", "node", "openssl", "gunicorn", "caddy"):
        if not installed(program):
            raise AssertionError(f"{program} is not installed")


class Receivers(unittest.TestCase):
    def receivers(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-tls-")
        self.addCleanup(directory.cleanup)
        self.authority = new_authority(directory.name)
        made = {
            "nginx_keeps_none": lambda: Nginx(timeout=0),
            "nginx_keeps_for_a_second": lambda: Nginx(timeout=1),
            "nginx_serves_seven_on_each": lambda: Nginx(requests=7),
            "node": Node,
            "node_with_tls_and_other_tickets": lambda: Node(self.authority),
            "gunicorn": Gunicorn,
            "gunicorn_keeps_for_a_second": lambda: Gunicorn(*"--worker-class gthread --threads 4 --keep-alive 1".split()),
            "caddy_keeps_for_a_second": lambda: Caddy(idle=1),
            "python_1_0": lambda: PythonServer("HTTP/1.0"),
            "python_1_1": lambda: PythonServer("HTTP/1.1"),
            **{behaviour.__name__: functools.partial(raw.Raw, behaviour) for behaviour in raw.BEHAVIOURS},
        }
        started = {}
        for name, make in made.items():
            started[name] = make()
            self.addCleanup(started[name].close)
        self.assertEqual(len(started), 16)
        return started

    def start(self, receivers):
        start_linked(self, {"rest_callbacks": [
            {"name": name, "url": receiver.url + "/{to}", "ca_file": self.authority, "timeout": DEADLINE}
            for name, receiver in receivers.items()]})

    def outcomes(self):
        """How many requests to each endpoint ended in which way, as the program counts them."""
        text = self.host.rest.request("GET", "/rest/metrics").body.decode()
        counted = collections.defaultdict(dict)
        for name, outcome, count in REQUESTS.findall(text):
            if count != "0":
                counted[name][outcome] = int(count)
        return counted

    def test_a_thousand_messages_arrive_everywhere_under_their_ids_and_nothing_fails(self):
        receivers = self.receivers()
        self.start(receivers)
        parts = [range(MESSAGES)[part::len(WAVES)] for part in range(len(WAVES))]
        sent = 0
        for silence, numbers in zip(WAVES, parts):
            time.sleep(silence)
            self.server.send_raw("".join(
                f"<message from='u{number % CONVERSATIONS}@x.example' to='bot@rest.localhost/{number}' type='chat'>"
                f"<body>{number}</body></message>" for number in numbers))
            sent += len(numbers)
            self.wait_delivered(receivers, sent)
        outcomes = self.outcomes()
        for name, receiver in receivers.items():
            with self.subTest(name):
                self.assertEqual(outcomes[name], {"delivered": MESSAGES})
                wait_until(lambda: len({number for _, number in receiver.got()}) == MESSAGES, f"{name} tells of all")
                got = set(receiver.got())
                # As many pairs as messages: none came under two ids, and no id stood for two.
                self.assertEqual((len(got), len({each for each, _ in got})), (MESSAGES, MESSAGES))
                self.assertEqual({number for _, number in got}, set(range(MESSAGES)))

    def wait_delivered(self, receivers, count):
        def behind():
            outcomes = self.outcomes()
            return {name: outcomes[name] for name in receivers if outcomes[name].get("delivered", 0) < count}
        try:
            wait_until(lambda: not behind(), f"{count} messages have been delivered to each", DEADLINE * 2)
        except Missed as missed:
            raise AssertionError(f"{missed}, but to {behind()}") from None


if __name__ == "__main__":
    unittest.main(verbosity=2)
