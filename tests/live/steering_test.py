#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The queue for webhooks as its owner sees and steers it, over restarts: deliveries, dead letters, endpoints.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its webhook and its host.
"""
import hashlib
import json
import os
import stat
import subprocess
import unittest

from support.deadline import DEADLINE, wait_until
from support.faked_clock import FakedClock
from support.host import PROGRAM, sanitized_environment
from support.linked import log_in, start_linked
from support.process import free_ports
from support.webhook import NOTHING, Answer, Webhook
from support.xml_data import body_of, parse

JSON = "application/json"


class Queue(unittest.TestCase):
    """A component whose endpoint is away at first; it gets an address that nobody has."""
    environment = None

    def setUp(self):
        self.port = free_ports(1)[0]
        self.settings = {"rest_callbacks": [{"name": "bot", "url": f"http://127.0.0.1:{self.port}/"}],
                         "rest_tokens": [{"name": "sender", "sha256": hashlib.sha256(b"token").hexdigest()}]}
        start_linked(self, self.settings, self.environment)

    def end(self):
        self.server.drop()
        self.assertEqual(self.host.program.stop(), 0, self.host.program.transcript())

    def begin(self):
        """The next program, on the state of the one that has ended."""
        self.server.forget_the_ended()
        self.host.launch(self.settings, wait_ready=False)
        log_in(self)

    def restart(self):
        self.end()
        self.begin()

    def webhook(self, answer=lambda _: NOTHING):
        webhook = Webhook(answer, port=self.port)
        self.addCleanup(webhook.close)
        return webhook

    def send(self, *texts, sender="alice@example.org/r", kind="chat"):
        for text in texts:
            self.server.send_raw(f"<message from='{sender}' to='bot@rest.localhost' id='m-{text}' type='{kind}'>"
                                 f"<body>{text}</body></message>")

    def ask(self, method, path, body=None):
        response = self.host.rest.request(method, "/rest/" + path, body, JSON if body else None, JSON)
        return response.status, json.loads(response.body) if response.body else None

    def asked(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        self.assertEqual(status, 200, answer)
        return answer

    def summary(self):
        return self.asked("GET", "deliveries")["endpoints"][0]

    def endpoint(self):
        return self.asked("GET", "endpoints")["endpoints"][0]

    def wait_for(self, **wanted):
        """Until the endpoint's summary says all that; what has expired is looked for twice a minute only."""
        def says():
            summary = self.summary()
            return wanted.items() <= summary.items() and summary
        return wait_until(says, f"{wanted}", DEADLINE * 2)

    def deliveries(self, query=""):
        return self.asked("GET", "deliveries" + (query or "?state=waiting"))["deliveries"]

    def assert_posts(self, webhook, *texts):
        self.assertEqual([body_of(parse(webhook.next_post().body)) for _ in texts], list(texts))


class Looking(Queue):
    def test_the_summary_tells_what_waits_and_why(self):
        self.send("one", "two")
        self.send("three", sender="carol@example.org")
        found = self.wait_for(waiting=3, state="unreachable")
        self.assertEqual((found["name"], found["dead"]), ("bot", 0))
        self.assertGreaterEqual(found["oldest_seconds"], 0)
        self.assertTrue(found["last_error"])

    def test_a_delivery_is_listed_shown_and_discarded(self):
        self.asked("POST", "endpoints/bot/pause")
        self.send("one", "two")
        self.wait_for(waiting=2)
        listed = self.deliveries()
        self.assertEqual([each["endpoint"] for each in listed], ["bot", "bot"])
        second = listed[1]["id"]
        shown = self.asked("GET", f"deliveries/{second}")
        self.assertEqual(body_of(parse(shown["xml"])), "two")
        self.assertEqual((shown["from"], shown["to"], shown["state"]),
                         ("alice@example.org/r", "bot@rest.localhost", "waiting"))
        self.assertEqual(self.ask("DELETE", f"deliveries/{second}"), (204, None))
        self.assertEqual(self.ask("GET", f"deliveries/{second}")[0], 404)
        self.assertEqual(self.ask("DELETE", f"deliveries/{second}")[0], 404)
        webhook = self.webhook()
        self.asked("POST", "endpoints/bot/resume")
        self.assert_posts(webhook, "one")
        self.wait_for(waiting=0, state="active")
        self.assertFalse(webhook.has_posts())

    def test_only_the_right_admin_opens_it(self):
        for path in ("deliveries", "deliveries?state=dead", "endpoints", "metrics"):
            with self.subTest(path):
                self.assertEqual(self.host.rest.request("GET", f"/rest/{path}").status, 200)
                self.assertEqual(self.host.rest.request("GET", f"/rest/{path}", authorized=False).status, 401)
                self.assertEqual(self.host.rest.request("GET", f"/rest/{path}", authorized=False, headers={
                    "Authorization": "Bearer token"}).status, 403)

    def table(self):
        done = subprocess.run([PROGRAM, "--config", self.host.config, "--deliveries"], capture_output=True, text=True,
                              timeout=DEADLINE, env=sanitized_environment(), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_table_shows_a_running_a_stopped_and_a_killed_instance(self):
        self.send("one", "two")
        self.wait_for(waiting=2)
        ids = [each["id"] for each in self.deliveries()]
        tables = [self.table()]
        self.server.drop()
        self.host.program.kill()
        tables.append(self.table())
        self.begin()
        self.end()
        tables.append(self.table())
        for table in tables:
            for shown in (*ids, "bot", "waiting", "alice@example.org", "bot@rest.localhost"):
                self.assertIn(shown, table)

    def test_the_journal_is_for_its_owner_only(self):
        self.send("one")
        self.wait_for(waiting=1)
        directory = f"{self.host.state_dir}/{self.host.domain}"
        self.assertTrue(any(name.startswith("journal.db") for name in os.listdir(directory)))
        for name in os.listdir(directory):
            self.assertEqual(stat.S_IMODE(os.stat(f"{directory}/{name}").st_mode), 0o600, name)


class Steering(Queue):
    def test_a_paused_endpoint_gets_nothing_until_it_is_resumed_also_over_a_restart(self):
        webhook = self.webhook()
        self.assertEqual(self.asked("POST", "endpoints/bot/pause")["state"], "paused")
        self.send("one", "two")
        self.wait_for(waiting=2, state="paused")
        self.restart()
        self.send("three")
        self.wait_for(waiting=3, state="paused")
        self.assertFalse(webhook.has_posts())
        self.asked("POST", "endpoints/bot/resume")
        self.assert_posts(webhook, "one", "two", "three")
        self.wait_for(waiting=0, state="active")

    def test_410_disables_an_endpoint_until_it_is_resumed_also_over_a_restart(self):
        gone = [True]
        webhook = self.webhook(lambda _: Answer(410, None, b"") if gone[0] else NOTHING)
        self.send("one")
        self.assert_posts(webhook, "one")
        self.wait_for(state="disabled", reason="it answered 410 Gone")
        self.host.program.wait_for_line("(?i)410|disabled")
        self.restart()
        self.send("two")
        self.wait_for(waiting=2, state="disabled")
        self.assertFalse(webhook.has_posts())
        gone[0] = False
        self.asked("POST", "endpoints/bot/resume")
        self.assert_posts(webhook, "one", "two")
        self.wait_for(waiting=0, state="active")

    def tested(self):
        """What a test of the endpoint found; None while another one is under way, which is 409."""
        status, answer = self.ask("POST", "endpoints/bot/test")
        self.assertIn(status, (200, 409), answer)
        return answer if status == 200 else None

    def test_a_test_event_reaches_the_endpoint_apart_from_the_queue(self):
        answer = self.asked("POST", "endpoints/bot/test")
        self.assertEqual((answer["answered"], answer["status"]), (False, None))
        webhook = self.webhook()
        self.asked("POST", "endpoints/bot/pause")
        self.send("one")
        self.wait_for(waiting=1)
        answer = wait_until(self.tested, "a test, once the one before it has ended")
        self.assertEqual((answer["answered"], answer["status"]), (True, 204))
        self.assertRegex(webhook.next_post().headers["webhook-id"], "^msg_")
        self.assertFalse(webhook.has_posts())

    def test_an_endpoint_that_there_is_not_is_not_found(self):
        for action in ("pause", "resume", "test"):
            self.assertEqual(self.ask("POST", f"endpoints/nobody/{action}")[0], 404)

    def test_what_waited_is_delivered_after_a_restart_in_order_under_the_same_ids_and_then_what_comes(self):
        self.send("one", "two", "three")
        self.wait_for(waiting=3)
        ids = [each["id"] for each in self.deliveries()]
        self.end()
        posts = self.webhook()  # before the next program's first attempt: another would come half a minute later
        self.begin()
        seen = [posts.next_post() for _ in ids]
        self.assertEqual([post.headers["webhook-id"] for post in seen], ids)
        self.assertEqual([body_of(parse(post.body)) for post in seen], ["one", "two", "three"])
        self.wait_for(waiting=0)
        self.send("four")
        self.assertEqual(body_of(parse(posts.next_post().body)), "four")

    def test_one_that_is_down_does_not_stop_the_end(self):
        self.send("one")
        self.wait_for(waiting=1)
        self.restart()
        self.wait_for(waiting=1)


class DeadLetters(Queue):
    """A day passes for the program while it is not running."""

    def setUp(self):
        self.clock = FakedClock()
        self.addCleanup(self.clock.close)
        self.environment = self.clock.environment
        super().setUp()

    def restart_at(self, time):
        """So that to the program time has passed, and no clock has jumped."""
        self.end()
        self.clock.step(time)
        self.begin()

    def let_expire(self):
        self.restart_at("+25h")

    def test_what_expires_is_returned_to_its_sender_kept_and_can_be_replayed(self):
        self.send("one", "two")
        self.send("room", sender="room@muc.example.org/nick", kind="groupchat")
        self.wait_for(waiting=3)
        ids = [each["id"] for each in self.deliveries()]
        self.let_expire()
        returned = [self.server.next_stanza() for _ in range(2)]
        self.assertEqual([(each.get("type"), each.get("id")) for each in returned],
                         [("error", "m-one"), ("error", "m-two")])
        self.wait_for(waiting=0, dead=3)
        self.assertEqual([each["id"] for each in self.deliveries("?state=dead&endpoint=bot")], ids)
        self.assertEqual(self.deliveries(), [])

        webhook = self.webhook()
        self.assertEqual(self.asked("POST", f"deliveries/{ids[1]}/replay"), {"replayed": 1})
        self.assertEqual(webhook.next_post().headers["webhook-id"], ids[1])
        self.wait_for(waiting=0, dead=2)
        self.assertEqual(self.ask("DELETE", f"deliveries/{ids[2]}"), (204, None))
        self.assertEqual(self.asked("POST", "deliveries/replay", json.dumps({"state": "dead", "endpoint": "bot"})),
                         {"replayed": 1})
        self.assertEqual(webhook.next_post().headers["webhook-id"], ids[0])
        self.wait_for(waiting=0, dead=0)

    def test_a_clock_that_jumps_makes_no_dead_letter_older(self):
        self.send("one", "two")
        self.wait_for(waiting=2)
        self.let_expire()
        self.wait_for(waiting=0, dead=2)
        self.clock.step("+400h")
        self.wait_for(dead=2)
        before = self.host.program
        self.restart()
        self.wait_for(dead=2)
        self.assertIn("The wall clock has jumped ahead by 375 h", "\n".join(before.lines()))
        self.clock.step("+25h")
        self.wait_for(dead=2)
        self.host.program.wait_for_line("The wall clock has jumped back by 375 h")

    def test_dead_letters_are_kept_for_14_days(self):
        self.send("one")
        self.wait_for(waiting=1)
        self.let_expire()
        self.wait_for(dead=1)
        self.restart_at("+14d")
        self.wait_for(dead=1)
        self.restart_at("+16d")
        self.wait_for(dead=0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
