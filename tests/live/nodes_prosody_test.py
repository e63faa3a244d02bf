#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Two hosts with one queue behind one Prosody, which takes one connection for a domain: the second one stands by.

Threads: the test's thread, besides those of the support package.
Ownership: the test owns its servers, its webhook, its hosts and its client.
"""
import sys
import unittest

from support.deadline import wait_until
from support.host import MigratedHost, component_of
from support.servers.postgres import Postgres
from support.servers.prosody import Prosody
from support.webhook import Webhook
from support.xml_data import body_of, parse
from support.xmpp_client import XmppClient

DOMAIN = "rest.localhost"
SKIPPED = 77


class StandingBy(unittest.TestCase):
    def setUp(self):
        self.database = Postgres()
        self.addCleanup(self.database.close)
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        self.server = Prosody({"bob": "builder"}).start()
        self.addCleanup(self.server.close)

    def start(self, wait_ready=True):
        settings = {"journal": self.database.url, "rest_callbacks": [{"name": "bot", "url": self.webhook.url}]}
        host = MigratedHost(component_of(self.server), DOMAIN, settings, wait_ready=wait_ready)
        self.addCleanup(host.discard)
        return host

    def buckets(self):
        """Which process has how many."""
        rows = self.database.sql(f'SELECT substring(n.name FROM \'[0-9]+$\'), count(*) FROM "restanza_{DOMAIN}".bucket b '
                                 f'JOIN "restanza_{DOMAIN}".node n ON n.run = b.holder GROUP BY 1')
        return dict(map(int, row.split("|")) for row in rows.splitlines())

    def test_the_second_takes_over_the_queue_and_the_link_when_the_first_dies(self):
        first = self.start()
        wait_until(lambda: self.buckets() == {first.program.pid: 256}, "the first has all")
        second = self.start(wait_ready=False)
        second.program.wait_for_line(f"component {DOMAIN} is not connected")
        bob = XmppClient("bob@localhost", "builder", ("127.0.0.1", self.server.c2s_port)).login()
        self.addCleanup(bob.close)
        bob.send(f"<message to='bot@{DOMAIN}' type='chat'><body>one</body></message>")
        self.assertEqual(body_of(parse(self.webhook.next_post().body)), "one")
        self.assertEqual(self.buckets(), {first.program.pid: 256})
        self.assertEqual(first.rest.request("POST", "/rest/endpoints/bot/pause").status, 200)
        bob.send(f"<message to='bot@{DOMAIN}' type='chat'><body>two</body></message>")
        wait_until(lambda: self.database.sql(f'SELECT count(*) FROM "restanza_{DOMAIN}".delivery WHERE state = 0') == "1",
                   "the second message waits")
        first.program.kill()
        second.wait_ready()
        wait_until(lambda: self.buckets() == {second.program.pid: 256}, "the second has all")
        self.assertEqual(second.rest.request("POST", "/rest/endpoints/bot/resume").status, 200)
        self.assertEqual(body_of(parse(self.webhook.next_post().body)), "two")
        bob.send(f"<message to='bot@{DOMAIN}' type='chat'><body>three</body></message>")
        self.assertEqual(body_of(parse(self.webhook.next_post().body)), "three")


if __name__ == "__main__":
    if Prosody.missing():
        print(f"the package {Prosody.missing()} is missing")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
