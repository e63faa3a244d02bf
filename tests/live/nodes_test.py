#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Several hosts that share one queue in PostgreSQL, as their operator and their bots see them.

Threads: the test's thread, besides those of the support package.
Ownership: one server for all, and a webhook and hosts of its own for each test.
"""
import collections
import json
import re
import signal
import threading
import time
import unittest

from support.deadline import wait_until
from support.host import MigratedHost, local_mode
from support.rest_client import XML
from support.servers.on_postgres import DOMAIN, SCHEMA, OnPostgres
from support.webhook import NOTHING
from support.xml_data import body_of, parse

LEASE = 10  # seconds


class Nodes(OnPostgres):
    def start(self, **more):
        callback = {"name": "bot", "url": self.webhook.url, "max_connections": 32, "timeout": 60}
        settings = {"journal": self.server.url, "rest_callbacks": [callback], **more}
        host = MigratedHost(local_mode(), DOMAIN, settings)
        self.addCleanup(host.discard)
        return host

    def buckets(self):
        """How many each node has, the fewest first."""
        return self.server.sql(f"SELECT count(*) FROM {SCHEMA}.bucket WHERE holder IS NOT NULL GROUP BY holder ORDER BY 1").split()

    def wait_for_buckets(self, *counts):
        wait_until(lambda: self.buckets() == [str(count) for count in counts], f"the nodes have {counts} buckets")

    def two(self, **more):
        first, second = self.start(**more), self.start(**more)
        self.wait_for_buckets(128, 128)
        return first, second

    def post(self, host, number, body, **more):
        """In a conversation of its own for each number."""
        alice = host.client("alice@localhost", "wonder")
        xml = f"<message to='bot{number}@{DOMAIN}' type='chat'><body>{body}</body></message>"
        answer = alice.request("POST", "/rest", xml, XML, **more)
        self.assertEqual(answer.status, 202, answer.body)
        return answer

    def arrived(self, count):
        """The bodies of each conversation, and all ids, in their order."""
        bodies, ids = collections.defaultdict(list), []
        for _ in range(count):
            post = self.webhook.next_post()
            message = parse(post.body)
            bodies[message.get("to").split("@")[0]].append(body_of(message))
            ids.append(post.headers["webhook-id"])
        return dict(bodies), ids

    def wait_for_waiting(self, count):
        both = f"(SELECT count(*) FROM {SCHEMA}.delivery WHERE state = 0) + (SELECT count(*) FROM {SCHEMA}.arrival)"
        wait_until(lambda: self.server.sql(f"SELECT {both}") == str(count), f"{count} wait in the database")

    def posted_by(self, host):
        metrics = host.rest.request("GET", "/rest/metrics").body.decode()
        return sum(float(value) for value in re.findall(r'(?m)^restanza_webhook_requests_total\{.*endpoint="bot".*\} (\S+)$', metrics))

    def test_what_one_takes_both_deliver_each_conversation_in_its_order(self):
        first, second = self.two()
        for body in "123":
            for number in range(20):
                self.post(first, number, body)
        bodies, ids = self.arrived(60)
        self.assertEqual(bodies, {f"bot{number}": ["1", "2", "3"] for number in range(20)})
        self.assertEqual(len(set(ids)), 60)
        self.wait_for_waiting(0)
        shown = second.run_task("--deliveries").stdout
        self.assertEqual(len(re.findall(r"process [0-9]+ .* 128 +[0-9]+ s left", shown)), 2, shown)
        self.assertGreater(self.posted_by(first), 0)
        self.assertGreater(self.posted_by(second), 0)

    def steer(self, host, verb):
        self.assertEqual(host.rest.request("POST", f"/rest/endpoints/bot/{verb}").status, 200)

    def test_what_waits_at_one_that_is_killed_is_delivered_by_the_other_under_the_same_ids(self):
        first, second = self.two()
        self.steer(second, "pause")
        wait_until(lambda: self.state(first) == "paused", "both are paused")
        for body in "12":
            for number in range(20):
                self.post(first, number, body)
        self.wait_for_waiting(40)
        known = self.server.sql(f"SELECT id FROM {SCHEMA}.delivery UNION SELECT id FROM {SCHEMA}.arrival").split()
        self.assertFalse(self.webhook.has_posts())
        first.program.kill()
        killed = time.monotonic()
        self.wait_for_buckets(256)
        self.assertLess(time.monotonic() - killed, 1.5 * LEASE)
        self.steer(second, "resume")
        bodies, ids = self.arrived(40)
        self.assertEqual(bodies, {f"bot{number}": ["1", "2"] for number in range(20)})
        self.assertEqual(sorted(ids), sorted(known))
        self.wait_for_waiting(0)
        self.assertEqual(second.program.stop(), 0)

    def test_the_late_answers_of_one_that_slept_past_its_lease_settle_nothing_and_it_shares_again(self):
        answered = threading.Event()
        self.addCleanup(answered.set)
        begun = []

        def answer(post):
            begun.append(post.headers["webhook-id"])
            answered.wait(120)
            return NOTHING

        self.webhook.answer = answer
        first, second = self.two()
        for number in range(20):
            self.post(second, number, "1")
        wait_until(lambda: len(begun) == 20, "both ask for all")
        ids = set(begun)
        first.program.signal(signal.SIGSTOP)
        self.steer(second, "pause")
        self.wait_for_buckets(256)
        answered.set()  # what the first one asked is answered, though it does not read it yet
        wait_until(lambda: 0 < self.posted_by(second) < 20, "the second one's are answered")
        left = 20 - int(self.posted_by(second))
        self.wait_for_waiting(left)
        first.program.signal(signal.SIGCONT)
        self.wait_for_buckets(128, 128)
        wait_until(lambda: self.posted_by(first) == 20 - int(self.posted_by(second)), "the first one has its answers")
        self.wait_for_waiting(left)
        self.arrived(20)
        self.steer(first, "resume")
        again = self.arrived(left)[1]
        self.assertEqual(len(set(again)), left)
        self.assertLessEqual(set(again), ids)
        self.wait_for_waiting(0)
        self.assertFalse(self.webhook.has_posts())

    def test_nodes_that_come_and_go_under_load_lose_nothing_and_keep_each_order(self):
        first = self.start()
        sent = collections.defaultdict(list)

        def load(host, rounds):
            for _ in range(rounds):
                for number in range(10):
                    sent[f"bot{number}"].append(str(len(sent[f"bot{number}"])))
                    self.post(host, number, sent[f"bot{number}"][-1])

        load(first, 10)
        second = self.start()
        load(first, 30)
        self.wait_for_buckets(128, 128)
        load(first, 10)
        self.assertEqual(second.program.stop(), 0)
        load(first, 10)
        self.wait_for_buckets(256)
        load(first, 10)
        bodies, ids = self.arrived(700)
        self.assertEqual(bodies, sent)
        self.assertEqual(len(set(ids)), 700)

    def ask(self, host, **query):
        query = "&".join(f"{name}={value}" for name, value in query.items())
        response = host.rest.request("GET", f"/rest/updates?{query}")
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def test_a_consumer_reads_at_one_what_came_to_the_other_and_goes_on_at_either(self):
        first, second = self.two(updates=True)
        seen, cursor = [], None
        for turn in range(6):
            for number in range(5):
                self.post((first, second)[number % 2], number, f"{turn}.{number}")
            reader = (first, second)[turn % 2]
            while len(seen) < 5 * (turn + 1):
                page = self.ask(reader, timeout=20, **({"after": cursor} if cursor else {}))
                self.assertTrue(page["updates"], seen)
                seen += [each["stanza"]["body"] for each in page["updates"]]
                cursor = page["next"]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(sorted(seen), sorted(f"{turn}.{number}" for turn in range(6) for number in range(5)))
        for number in range(5):
            self.assertEqual([body for body in seen if body.endswith(f".{number}")], [f"{turn}.{number}" for turn in range(6)])

    def state(self, host):
        return json.loads(host.rest.request("GET", "/rest/endpoints").body)["endpoints"][0]["state"]

    def test_an_endpoint_that_is_paused_at_one_is_paused_at_both_until_either_resumes_it(self):
        first, second = self.two()
        self.steer(first, "pause")
        wait_until(lambda: self.state(second) == "paused", "the other knows it")
        for number in range(10):
            self.post(first, number, "1")
        self.wait_for_waiting(10)
        self.assertFalse(self.webhook.has_posts())
        self.steer(second, "resume")
        self.arrived(10)
        wait_until(lambda: self.state(first) == "active", "the other knows that as well")

    def test_a_request_that_is_repeated_at_the_other_node_is_answered_and_not_done_again(self):
        first, second = self.two()
        self.post(first, 1, "once", headers={"Idempotency-Key": "key-1"})
        again = self.post(second, 1, "once", headers={"Idempotency-Key": "key-1"})
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(self.arrived(1)[0], {"bot1": ["once"]})
        self.wait_for_waiting(0)
        self.assertFalse(self.webhook.has_posts())


if __name__ == "__main__":
    unittest.main(verbosity=2)
