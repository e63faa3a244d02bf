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
    config = CONFIG + """
domain_balancing:
  {component_domain}:
    type: bare_source
"""


class NodesBehindEjabberd(unittest.TestCase):
    def setUp(self):
        self.database = Postgres()
        self.addCleanup(self.database.close)
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        self.server = Balanced(dict.fromkeys(USERS, "secret")).start()
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

    def test_nodes_come_and_go_behind_one_server_and_each_order_holds(self):
        self.send(20)
        self.receive()
        self.assertEqual(self.hosts[0].program.stop(), 0)
        self.wait_for_nodes(NODES - 1)
        self.send(20)
        self.receive()
        self.hosts[0] = self.start()
        self.wait_for_nodes(NODES)
        self.send(20)
        self.receive()
        self.assert_all_in_order()

    def test_after_a_node_was_killed_the_others_deliver_what_it_had_and_what_comes(self):
        for host in self.hosts:
            self.assertEqual(host.rest.request("POST", "/rest/endpoints/bot/pause").status, 200)
        self.send(10)
        total = 10 * len(USERS)
        schema = f'"restanza_{DOMAIN}"'
        wait_until(lambda: self.database.sql(
            f"SELECT (SELECT count(*) FROM {schema}.delivery) + (SELECT count(*) FROM {schema}.arrival)") == str(total), "all wait")
        self.hosts[1].program.kill()
        self.assertEqual(self.hosts[0].rest.request("POST", "/rest/endpoints/bot/resume").status, 200)
        self.probe()
        self.send(10)
        self.receive()
        self.assert_all_in_order()
        self.wait_for_nodes(NODES - 1)


if __name__ == "__main__":
    if Ejabberd.missing():
        print(f"the package {Ejabberd.missing()} is missing")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
