#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs without a URL that ask for their stanzas: what they get, once and in order, over restarts and crashes.

Threads: the test's thread; a request that is to wait runs on a thread of its own.
Ownership: each test owns its host and its clients.
"""
import json
import threading
import unittest
import urllib.parse

from support.deadline import wait_until
from support.host import Host, local_mode
from support.xmpp_client import XmppClient
from support.xml_data import body_of

BOT = "bot@rest.localhost"


class Updates(unittest.TestCase):
    settings = {"updates": True}

    def setUp(self):
        self.host = Host(local_mode(), settings=self.settings)
        self.addCleanup(self.host.close)
        self.log_in()

    def log_in(self):
        self.bob = XmppClient("bob@localhost", "builder", self.host.c2s_address)
        self.addCleanup(self.bob.close)
        self.bob.login()

    def send(self, *texts):
        for text in texts:
            self.bob.send(f"<message to='{BOT}' type='chat' id='{text}'><body>{text}</body></message>")

    def ask(self, status=200, **query):
        response = self.host.rest.request("GET", "/rest/updates?" + urllib.parse.urlencode(query))
        self.assertEqual(response.status, status, response.body)
        return json.loads(response.body)

    def read(self, count, **query):
        """Pages until so many updates have come, each acknowledged with the next request; the updates, and where it is."""
        updates, after = [], dict(query)
        while len(updates) < count:
            page = self.ask(timeout=30, **after)
            self.assertTrue(page["updates"], f"only {len(updates)} of {count} came")
            updates += page["updates"]
            after = {**query, "after": page["next"]}
        return updates, after["after"]

    @staticmethod
    def bodies(updates):
        return [each["stanza"]["body"] for each in updates]

    def relaunch(self):
        self.host.launch(self.settings)
        self.log_in()

    def test_a_bot_answers_a_client_with_nothing_but_requests_of_its_own(self):
        self.send("1", "2")
        updates, cursor = self.read(2)
        self.assertEqual(self.bodies(updates), ["1", "2"])
        for update in updates:
            answer = {"kind": "message", "type": "chat", "to": update["stanza"]["from"], "from": BOT,
                      "body": "I read " + update["stanza"]["body"]}
            sent = self.host.rest.request("POST", "/rest", json.dumps(answer), "application/json")
            self.assertEqual(sent.status, 202, sent.body)
        self.assertEqual([body_of(self.bob.next_message()) for _ in range(2)], ["I read 1", "I read 2"])
        self.assertEqual(self.ask(timeout=0, after=cursor)["updates"], [])

    def waiting(self, **query):
        """The answers to a request that waits, on a thread of its own; and the thread."""
        answers = []

        def wait():
            answers.append(self.host.rest.request("GET", "/rest/updates?" + urllib.parse.urlencode(query)))
        thread = threading.Thread(target=wait)
        thread.start()
        self.addCleanup(thread.join)
        return answers, thread

    def waiting_for_certain(self):
        """The same, once the host has taken it: what it acknowledges is gone then."""
        self.send("acknowledged")
        cursor = self.read(1)[1]
        answers, thread = self.waiting(timeout=60, after=cursor)
        wait_until(lambda: self.metric("restanza_updates_queued") == 0, "the request has acknowledged")
        return answers, thread

    def test_a_request_that_waits_has_what_comes(self):
        answers, thread = self.waiting_for_certain()
        self.send("1")
        thread.join()
        self.assertEqual(self.bodies(json.loads(answers[0].body)["updates"]), ["1"])

    def test_of_two_requests_the_older_makes_way(self):
        answers, thread = self.waiting_for_certain()
        self.assertEqual(self.ask(timeout=0)["updates"], [])
        thread.join()
        self.assertEqual(answers[0].status, 409)

    def metric(self, name):
        text = self.host.rest.request("GET", "/rest/metrics").body.decode()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))

    def test_what_was_not_acknowledged_comes_again_after_a_crash_under_the_same_cursor_and_id(self):
        self.send(*"12345")
        updates, _ = self.read(5)  # read, and not acknowledged: the last page at the least
        two = self.ask(limit=2, timeout=0)
        self.ask(after=two["updates"][0]["cursor"], timeout=0)
        before = self.ask(timeout=0)["updates"]
        self.host.program.kill()
        self.relaunch()
        again = self.ask(timeout=0)["updates"]
        self.assertEqual([(each["cursor"], each["id"]) for each in again], [(each["cursor"], each["id"]) for each in before])
        self.send("6")
        rest, cursor = self.read(len(again) + 1)
        self.assertEqual(self.bodies(rest), self.bodies(updates)[1 - len(again) - 1:] + ["6"])
        self.host.program.kill()
        self.relaunch()
        self.assertEqual(self.ask(timeout=0, after=cursor)["updates"], [])
        self.send("7")
        self.assertEqual(self.bodies(self.read(1)[0]), ["7"])

    def test_an_iq_is_answered_by_who_reads_it(self):
        results = []
        asking = threading.Thread(target=lambda: results.append(self.bob.query(BOT, "urn:example:q")))
        asking.start()
        self.addCleanup(asking.join)
        update, = self.read(1)[0]
        self.assertFalse(update["kept"])
        self.assertLessEqual(update["seconds_left"], 30)
        answer = (f"<iq type='result' id='{update['stanza']['id']}' from='{BOT}' to='{update['stanza']['from']}'>"
                  "<query xmlns='urn:example:q'>42</query></iq>")
        self.assertEqual(self.host.rest.post(answer).status, 202)
        asking.join()
        self.assertEqual(results[0].find("{urn:example:q}query").text, "42")
        self.assertEqual(self.host.rest.post(answer).status, 422)  # nobody waits for it any more

    def test_a_drain_ends_who_waits_with_503(self):
        answers, thread = self.waiting_for_certain()
        self.assertEqual(self.host.program.stop(), 0, self.host.program.transcript())
        thread.join()
        self.assertEqual(answers[0].status, 503)


if __name__ == "__main__":
    unittest.main()
