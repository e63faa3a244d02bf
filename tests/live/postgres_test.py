#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The journal in a PostgreSQL database, as its operator sees it: tables, restarts, moves to and fro.

What a database under load may do is in tests/faults/database.py.

Threads: the test's thread, besides those of the support package.
Ownership: one server for all, and a webhook and hosts of its own for each test.
"""
import re
import socket
import tempfile
import unittest

from support.deadline import wait_until
from support.host import Host, MigratedHost, local_mode
from support.rest_client import XML
from support.servers.on_postgres import DOMAIN, SCHEMA, OnPostgres
from support.webhook import NOTHING, Answer
from support.xml_data import body_of, parse

BUSY = Answer(503, None, b"")


class JournalInPostgres(OnPostgres):
    def settings(self, **more):
        return {"journal": self.server.url, "rest_callbacks": [{"name": "bot", "url": self.webhook.url}], **more}

    def start(self, kind=MigratedHost, wait_ready=True, **more):
        host = kind(local_mode(), DOMAIN, self.settings(**more), wait_ready=wait_ready)
        self.addCleanup(host.discard)
        return host

    def post(self, host, *bodies, **more):
        alice = host.client("alice@localhost", "wonder")
        for body in bodies:
            answer = alice.request("POST", "/rest", f"<message to='bot@{DOMAIN}' type='chat'><body>{body}</body></message>",
                                   XML, **more)
            self.assertEqual(answer.status, 202, answer.body)
        return answer

    def arrived(self, count):
        posts = [self.webhook.next_post() for _ in range(count)]
        return [body_of(parse(post.body)) for post in posts], [post.headers["webhook-id"] for post in posts]

    def waiting(self):
        return self.server.sql(f"SELECT count(*) FROM {SCHEMA}.delivery WHERE state = 0")

    def wait_for(self, count):
        wait_until(lambda: self.waiting() == str(count), f"{count} wait in the database")

    def test_without_tables_the_start_is_refused_and_the_remedy_named_and_doing_so_twice_is_harmless(self):
        refused = self.start(Host, wait_ready=False)
        refused.program.wait_for_line("there are no tables for this domain: run restanza-host --migrate")
        self.assertNotEqual(refused.program.wait(), 0)
        for said in ("version 2 of the tables has been made", "the tables are up to date, version 2"):
            done = refused.run_task("--migrate")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"{DOMAIN} (restanza):", done.stdout)
            self.assertIn(said, done.stdout)
        refused.launch(self.settings())

    def test_what_waits_outlives_a_host_that_is_killed_in_its_order_and_under_the_same_ids(self):
        self.webhook.answer = lambda post: BUSY
        host = self.start()
        bodies = [str(number) for number in range(20)]
        self.post(host, *bodies)
        self.wait_for(20)
        first = self.webhook.next_post().headers["webhook-id"]
        shown = host.run_task("--deliveries").stdout
        self.assertRegex(shown, r"bot +active +20 +0 ")
        self.assertRegex(shown, r"NODE +VERSION +BUCKETS +LEASE")
        self.assertRegex(shown, r"process [0-9]+ .* 256 +[0-9]+ s left")
        host.program.kill()
        self.webhook.answer = lambda post: NOTHING
        while self.webhook.has_posts():
            self.webhook.next_post()
        host.launch(self.settings())  # waits until the lease of the one before has run out
        arrived, ids = self.arrived(20)
        self.assertEqual(arrived, bodies)
        self.assertEqual(ids[0], first)
        self.assertEqual(len(set(ids)), 20)
        self.wait_for(0)
        self.assertEqual(host.program.stop(), 0)

    def test_a_database_that_is_away_is_told_once_and_the_host_goes_on_when_it_is_back(self):
        host = self.start()
        self.post(host, "before")
        self.assertEqual(self.arrived(1)[0], ["before"])  # else it may be refused, for its commit is to come
        self.server.stop()
        self.addCleanup(lambda: self.server.program.running() or self.server.begin())
        host.program.wait_for_line("The journal cannot be (reached|written): .*: new stanzas for endpoints are refused until")
        self.post(host, "refused")
        self.assertEqual(host.rest.request("GET", "/rest/health").status, 200)
        self.server.begin()
        seen = len(host.program.lines())
        wait_until(lambda: self.post(host, "after") and self.webhook.has_posts(), "messages are taken again")
        self.assertEqual(self.arrived(1)[0], ["after"])
        host.program.wait_for_line("The journal can be written again")
        for what in ("cannot be reached", "cannot be written"):
            told = [line for line in host.program.lines()[:seen] if what in line]
            self.assertLessEqual(len(told), 1, told)

    def test_a_request_that_is_repeated_after_a_restart_is_answered_and_not_done_again(self):
        host = self.start()
        self.post(host, "once", headers={"Idempotency-Key": "key-1"})
        self.assertEqual(host.program.stop(), 0)
        host.launch(self.settings())
        again = self.post(host, "once", headers={"Idempotency-Key": "key-1"})
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(self.arrived(1)[0], ["once"])
        self.post(host, "other")
        self.assertEqual(self.arrived(1)[0], ["other"])

    def test_a_journal_moves_into_the_database_and_back(self):
        self.webhook.answer = lambda post: BUSY
        host = self.start(journal="sqlite")
        self.post(host, "one", "two")
        wait_until(lambda: re.search("active +2 ", host.run_task("--deliveries").stdout), "both wait")
        self.assertEqual(host.program.stop(), 0)
        host.write(self.settings())
        self.assertEqual(host.run_task("--migrate").returncode, 0)
        moved = host.run_task("--journal-copy", "sqlite", "configured")
        self.assertEqual(moved.returncode, 0, moved.stderr)
        self.assertIn("2 deliveries moved", moved.stdout)
        self.assertEqual(self.waiting(), "2")
        with tempfile.NamedTemporaryFile("w", suffix=".conn") as secret:
            secret.write(self.server.url + "\n")
            secret.flush()
            back = host.run_task("--journal-copy", f"@{secret.name}", "sqlite")
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual(self.waiting(), "0")
        self.webhook.answer = lambda post: NOTHING
        while self.webhook.has_posts():
            self.webhook.next_post()
        host.launch(self.settings(journal="sqlite"))
        self.assertEqual(self.arrived(2)[0], ["one", "two"])

    def test_what_cannot_be_reached_is_named_without_its_password(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        for url, said in ((f"postgresql://bot:s3cret@127.0.0.1:{port}/x", f"{port}"),
                          (f"postgresql://nobody:s3cret@127.0.0.1:{self.server.port}/restanza", "nobody"),
                          (f"{self.server.url}x", "restanzax"),
                          ("postgresql://bot:s3cret@db.example.org/x?sslmode=prefer", "sslmode=prefer")):
            with self.subTest(said):
                host = self.start(Host, wait_ready=False, journal=url)
                self.assertNotEqual(host.program.wait(), 0)
                transcript = host.program.transcript()
                self.assertIn(said, transcript)
                self.assertNotIn("s3cret", transcript)

    def test_a_host_that_looks_at_its_configuration_takes_no_queue(self):
        host = self.start()
        done = host.run_task("--check")
        self.assertEqual((done.returncode, done.stdout), (0, "the configuration is good\n"), done.stderr)
        self.post(host, "still")
        self.assertEqual(self.arrived(1)[0], ["still"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
