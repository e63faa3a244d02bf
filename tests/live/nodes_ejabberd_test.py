#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Several hosts with one queue behind one ejabberd, which spreads senders over their connections.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its servers, its webhook, its hosts and its clients.
"""
import collections
import sys
import unittest

from support.deadline import wait_until
from support.host import MigratedHost, component_of
from support.servers.ejabberd import CONFIG, Ejabberd
from support.servers.postgres import Postgres
from support.webhook import Webhook
from support.xml_data import body_of, parse
from support.xmpp_client import XmppClient

DOMAIN = "rest.localhost"
USERS = [f"user{number}" for number in range(6)]
NODES = 3
SKIPPED = 77


class Balanced(Ejabberd):
    """A sender's stanzas come by one connection. Each has a slot: while it is away, ejabberd drops what is for it."""
    config = CONFIG + """
domain_balancing:
  {component_domain}:
    type: bare_source
    component_number: 3
"""


class Behind:
    """What the tests do behind a server of `server_class`."""
    server_class = None

    def setUp(self):
        self.database = Postgres()
        self.addCleanup(self.database.close)
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        self.server = self.server_class(dict.fromkeys(USERS, "secret")).start()
        self.addCleanup(self.server.close)
        self.hosts = [self.start() for _ in range(NODES)]
        self.wait_for_nodes(NODES)
        self.clients = {}
        for user in USERS:
            self.clients[user] = XmppClient(f"{user}@localhost", "secret", ("127.0.0.1", self.server.c2s_port)).login()
            self.addCleanup(self.clients[user].close)
        self.sent = collections.Counter()
        self.came = collections.defaultdict(list)
        self.probed = set()

    def start(self):
        callback = {"name": "bot", "url": self.webhook.url, "stanzas": ["message"]}
        host = MigratedHost(component_of(self.server), DOMAIN, {"journal": self.database.url, "rest_callbacks": [callback]})
        self.addCleanup(host.discard)
        return host

    def wait_for_nodes(self, count):
        """All have a link, and the same number of buckets, but for one."""
        def shared():
            buckets = self.database.sql(f'SELECT count(*) FROM "restanza_{DOMAIN}".bucket WHERE holder IS NOT NULL GROUP BY holder')
            counts = [int(each) for each in buckets.split()]
            return len(counts) == count and sum(counts) == 256 and max(counts) - min(counts) <= 1
        wait_until(shared, f"{count} nodes share the queue")

    def send(self, rounds):
        for _ in range(rounds):
            for user, client in self.clients.items():
                self.sent[user] += 1
                client.send(f"<message to='bot@{DOMAIN}' type='chat'><body>{self.sent[user]}</body></message>")

    def note(self, post):
        message = parse(post.body)
        sender, body = message.get("from").split("@")[0], body_of(message)
        if body == "probe":
            self.probed.add(sender)
        else:
            self.came[sender].append(int(body))

    def receive(self):
        """Until the latest of each sender has come."""
        while any(not self.came[user] or self.came[user][-1] != self.sent[user] for user in USERS):
            self.note(self.webhook.next_post())

    def assert_all_in_order(self):
        for user in USERS:
            self.assertEqual(self.came[user], list(range(1, self.sent[user] + 1)), user)

    def probe(self):
        """Until the server gives what each sends to a node that lives."""
        def arrived():
            for user in set(USERS) - self.probed:
                self.clients[user].send(f"<message to='bot@{DOMAIN}' type='chat'><body>probe</body></message>")
            self.note(self.webhook.next_post())
            while self.webhook.has_posts():
                self.note(self.webhook.next_post())
            return self.probed == set(USERS)
        wait_until(arrived, "what each sends arrives")

    def steer(self, host, verb):
        self.assertEqual(host.rest.request("POST", f"/rest/endpoints/bot/{verb}").status, 200)

    def send_while_paused(self, rounds):
        """What is sent waits in the database, and nothing is under way."""
        for host in self.hosts:
            self.steer(host, "pause")
        self.send(rounds)
        schema = f'"restanza_{DOMAIN}"'
        both = f"(SELECT count(*) FROM {schema}.delivery) + (SELECT count(*) FROM {schema}.arrival)"
        wait_until(lambda: self.database.sql(f"SELECT {both}") == str(rounds * len(USERS)), "all wait")


class SendersWithOneNodeEach(Behind, unittest.TestCase):
    server_class = Balanced

    def test_a_node_ends_and_comes_again_and_each_order_holds(self):
        self.send(20)
        self.receive()
        self.assertEqual(self.hosts[0].program.stop(), 0)
        self.wait_for_nodes(NODES - 1)
        self.hosts[0] = self.start()
        self.wait_for_nodes(NODES)
        self.send(20)
        self.receive()
        self.assert_all_in_order()

    def test_what_a_killed_node_had_comes_before_what_its_successor_takes(self):
        self.send_while_paused(10)
        self.hosts[1].program.kill()
        self.steer(self.hosts[0], "resume")
        self.hosts[1] = self.start()
        self.probe()
        self.send(10)
        self.receive()
        self.assert_all_in_order()
        self.wait_for_nodes(NODES)


class SendersWithAnyNode(Behind, unittest.TestCase):
    server_class = Ejabberd  # which takes a connection at random

    def test_after_a_node_was_killed_all_that_was_taken_comes_and_all_that_is_sent_then(self):
        self.send_while_paused(10)
        self.hosts[1].program.kill()
        self.steer(self.hosts[0], "resume")
        self.probe()
        self.send(10)
        while sum(len(came) for came in self.came.values()) < 20 * len(USERS):
            self.note(self.webhook.next_post())
        for user in USERS:
            self.assertEqual(sorted(self.came[user]), list(range(1, 21)), user)
        self.wait_for_nodes(NODES - 1)


if __name__ == "__main__":
    if Ejabberd.missing():
        print(f"the package {Ejabberd.missing()} is missing")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
