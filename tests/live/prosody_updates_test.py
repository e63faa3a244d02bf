#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs that ask for their stanzas, with the plugin inside Prosody: what they get over a reload, while the module is
unloaded, and over a crash of Prosody; with HTTP of the plugin's own and with Prosody's.

Threads: the test's thread, and one for a request that waits, besides those of the support package.
Ownership: a class owns its server, whose updates each test acknowledges; a test owns its clients.
"""
import concurrent.futures
import json
import unittest
import urllib.parse

import component_mode
from support.deadline import DEADLINE, wait_until
from support.servers.prosody_inside import ProsodyInside, ProsodyWithItsOwnHttp
from support.xml_data import body_of

BOT = "bot@rest.localhost"


class Updates(component_mode.Clients):
    server_class = ProsodyInside
    settings = {"updates": True}

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class(component_mode.ACCOUNTS, cls.settings)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.alice = self.login()
        self.pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(self.pool.shutdown)

    def send(self, *texts, to=BOT):
        for text in texts:
            self.alice.send(f"<message xmlns='jabber:client' to='{to}' type='chat'><body>{text}</body></message>")

    def ask(self, status=200, **query):
        response = self.server.rest.request("GET", "/rest/updates?" + urllib.parse.urlencode(query))
        self.assertEqual(response.status, status, response.body)
        return json.loads(response.body)

    def read(self, *wanted, **query):
        """Until messages with these bodies have come, and nothing else; the updates, and where it is. Acknowledges all but
        the last page."""
        updates, after = [], {}
        while len(updates) < len(wanted):
            page = self.ask(**query, **after)
            self.assertTrue(page["updates"], updates)
            updates += page["updates"]
            after = {"after": page["next"]}
        self.assertEqual([each["stanza"]["body"] for each in updates], list(wanted))
        return updates, after["after"]

    def read_and_acknowledge(self, *wanted):
        cursor = self.read(*wanted)[1]
        self.assertEqual(self.ask(timeout=0, after=cursor)["updates"], [])
        return cursor

    def queued(self):
        text = self.server.rest.request("GET", "/rest/metrics").body.decode()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("restanza_updates_queued"))

    def waiting(self):
        """A request that waits for what comes. What it acknowledges is gone once the server has taken it."""
        self.send("before")
        cursor = self.read("before")[1]
        waiting = self.pool.submit(self.server.rest.request, "GET", f"/rest/updates?timeout=120&after={cursor}")
        wait_until(lambda: self.queued() == 0, "the request has acknowledged")
        return waiting

    def test_a_message_is_read_and_answered(self):
        self.send("1", "2")
        updates, cursor = self.read("1", "2")
        self.assertEqual(updates[0]["stanza"]["from"], self.alice.jid)
        answer = {"kind": "message", "type": "chat", "to": self.alice.jid, "from": BOT, "body": "I read it"}
        sent = self.server.rest.request("POST", "/rest", json.dumps(answer), "application/json")
        self.assertEqual(sent.status, 202, sent.body)
        self.assertEqual(body_of(self.alice.next_message()), "I read it")
        self.assertEqual(self.ask(timeout=0, after=cursor)["updates"], [])

    def test_a_request_that_waits_has_what_comes(self):
        waiting = self.waiting()
        self.send("1")
        page = json.loads(waiting.result(DEADLINE).body)
        self.assertEqual([each["stanza"]["body"] for each in page["updates"]], ["1"])
        self.ask(timeout=0, after=page["next"])

    def test_an_iq_is_answered_by_who_reads_it(self):
        asked = self.pool.submit(self.alice.query, BOT, "urn:example:q")
        page = self.ask()
        update, = page["updates"]
        self.assertFalse(update["kept"])
        answer = (f"<iq type='result' id='{update['stanza']['id']}' from='{BOT}' to='{self.alice.jid}'>"
                  "<query xmlns='urn:example:q'>42</query></iq>")
        self.assertEqual(self.server.rest.post(answer).status, 202)
        self.assertEqual(asked.result(DEADLINE).find("{urn:example:q}query").text, "42")
        self.ask(timeout=0, after=page["next"])

    def test_a_reload_of_the_module_keeps_a_request_that_waits(self):
        waiting = self.waiting()
        self.assertEqual(self.server.steer("reload"), "ok")
        self.send("1")
        page = json.loads(waiting.result(DEADLINE).body)
        self.assertEqual([each["stanza"]["body"] for each in page["updates"]], ["1"])
        self.ask(timeout=0, after=page["next"])

    def test_a_request_that_waits_is_answered_when_the_module_is_unloaded(self):
        waiting, since = self.waiting(), self.server.said()
        self.assertEqual(self.server.steer("unload"), "ok")
        self.assertEqual(waiting.result(DEADLINE).status, 503)
        self.assertEqual(self.server.steer("load"), "ok")
        self.server.wait_ready(since)
        self.send("1")
        self.read_and_acknowledge("1")

    def test_what_was_not_acknowledged_comes_again_when_the_module_was_unloaded_or_prosody_killed(self):
        self.send("1", "2", "3")
        wait_until(lambda: self.queued() == 3, "all have come, for one page")
        updates, _ = self.read("1", "2", "3")
        self.ask(timeout=0, after=updates[0]["cursor"])
        since = self.server.said()
        self.assertEqual(self.server.steer("unload"), "ok")
        self.assertEqual(self.server.steer("load"), "ok")
        self.server.wait_ready(since)
        self.assertEqual(self.read("2", "3")[0], updates[1:])
        self.server.kill()
        self.server.start()
        self.assertEqual(self.read("2", "3")[0], updates[1:])
        cursor = self.read_and_acknowledge("2", "3")
        self.assertEqual(self.ask(timeout=0, after=cursor)["next"], cursor)


class Inside(Updates, unittest.TestCase):
    pass


class ThroughProsodysHttp(Updates, unittest.TestCase):
    server_class = ProsodyWithItsOwnHttp


class Consumers(Updates, unittest.TestCase):
    """Several, which are tables of Lua; the others' tests hold for the one that is called default."""
    settings = {"updates": [{"name": "default", "to": [BOT]},
                            {"name": "orders", "stanzas": ["message"], "to": ["orders@rest.localhost"]}]}

    def test_each_has_what_it_wants(self):
        self.send("an order", to="orders@rest.localhost")
        self.send("a message")
        self.read_and_acknowledge("a message")
        cursor = self.read("an order", consumer="orders")[1]
        self.assertEqual(self.ask(consumer="orders", timeout=0, after=cursor)["updates"], [])
        self.ask(status=404, consumer="nobodys")


if __name__ == "__main__":
    component_mode.run_with(ProsodyInside)
