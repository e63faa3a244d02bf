#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Idempotency-Key: a client that asks again gets the first answer, and nothing is sent twice, also over restarts.

Threads: the test's thread; a request that is to wait runs on a thread of its own.
Ownership: each test owns its server and its host.
"""
import json
import threading
import unittest

from support.deadline import wait_until
from support.linked import log_in, start_linked
from support.rest_client import XML
from support.webhook import Webhook
from support.xml_data import body_of


def message(text):
    return f"<message type='chat' from='bot@rest.localhost' to='alice@example.org'><body>{text}</body></message>"


CHANGE = "<iq type='set' from='bot@rest.localhost' to='alice@example.org/r'><query xmlns='jabber:iq:private'/></iq>"
QUESTION = "<iq type='get' from='bot@rest.localhost' to='alice@example.org/r'><ping xmlns='urn:xmpp:ping'/></iq>"


class Waiting:
    """A request on a thread of its own, whose answer may come late or never."""

    def __init__(self, rest, stanza, key, **headers):
        self.response = None

        def ask():
            try:
                self.response = rest.post(stanza, idempotency_key=key, **headers)
            except (OSError, ValueError):
                self.response = None
        self._thread = threading.Thread(target=ask, daemon=True)
        self._thread.start()

    def join(self):
        self._thread.join()
        return self.response


class Component(unittest.TestCase):
    settings = None

    def setUp(self):
        start_linked(self, self.settings)

    def relaunch(self):
        self.server.forget_the_ended()
        self.host.launch(self.settings, wait_ready=False)
        log_in(self)

    def restart(self):
        self.server.drop()
        self.assertEqual(self.host.program.stop(), 0, self.host.program.transcript())
        self.relaunch()

    def wait_for_link(self, up):
        wait_until(lambda: self.host.rest.health() == (200 if up else 503), f"the link is {'up' if up else 'down'}")

    def post(self, stanza, key=None):
        return self.host.rest.post(stanza, **({"idempotency_key": key} if key else {}))

    def assert_nothing_but(self, text):
        """What is sent next reaches the server next."""
        self.assertEqual(self.post(message(text)).status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), text)


class Keys(Component):
    def test_a_repetition_gets_the_first_answer_and_sends_nothing_also_after_a_restart(self):
        first = self.post(message("one"), "key-1")
        self.assertEqual(first.status, 202, first.body)
        self.assertEqual(body_of(self.server.next_stanza()), "one")
        again = self.post(message("one"), "key-1")
        self.assertEqual((again.status, again.headers["Stanza-Id"]), (202, first.headers["Stanza-Id"]))
        self.assert_nothing_but("two")
        self.restart()
        again = self.post(message("one"), "key-1")
        self.assertEqual((again.status, again.headers["Stanza-Id"]), (202, first.headers["Stanza-Id"]))
        self.assert_nothing_but("three")

    def test_the_same_key_for_something_else_is_422(self):
        self.assertEqual(self.post(message("one"), "key-1").status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), "one")
        self.assertEqual(self.post(message("other"), "key-1").status, 422)
        self.assert_nothing_but("two")

    def test_while_the_first_is_running_it_is_409_and_then_the_same_answer(self):
        first = Waiting(self.host.rest, QUESTION, "key-2")
        asked = self.server.next_stanza()
        self.assertEqual(self.post(QUESTION, "key-2").status, 409)
        self.server.send_raw(f"<iq type='result' id='{asked.get('id')}' from='alice@example.org/r' "
                             f"to='bot@rest.localhost'><pong xmlns='urn:example:pong'/></iq>")
        response = first.join()
        self.assertEqual(response.status, 200, response.body)
        again = self.post(QUESTION, "key-2")
        self.assertEqual((again.status, again.body), (200, response.body))
        self.assert_nothing_but("after")

    def test_after_a_crash_in_between_the_outcome_is_unknown(self):
        first = Waiting(self.host.rest, QUESTION, "key-3")
        self.server.next_stanza()
        self.server.drop()
        self.host.program.kill()
        first.join()
        self.relaunch()
        again = self.post(QUESTION, "key-3")
        self.assertEqual(again.status, 409, again.body)
        self.assertIn(b"unknown", again.body.lower())
        self.assert_nothing_but("after")

    def test_a_set_without_an_answer_is_not_sent_again_also_after_a_restart(self):
        self.assertEqual(Waiting(self.host.rest, CHANGE, "key-5", restanza_timeout="0.1").join().status, 504)
        self.server.next_stanza()
        again = self.post(CHANGE, "key-5")
        self.assertEqual(again.status, 409, again.body)
        self.assertIn(b"unknown", again.body.lower())
        self.assert_nothing_but("between")
        waiting = Waiting(self.host.rest, CHANGE, "key-6")
        self.server.next_stanza()
        self.restart()
        self.assertEqual(waiting.join().status, 503)
        for key in ("key-5", "key-6"):
            self.assertEqual(self.post(CHANGE, key).status, 409, key)
        self.assert_nothing_but("after")

    def test_a_refusal_for_the_moment_is_not_remembered(self):
        self.server.drop()
        self.wait_for_link(up=False)
        refused = self.post(QUESTION, "key-4")
        self.assertEqual(refused.status, 503, refused.body)
        self.server.log_in()
        self.wait_for_link(up=True)
        Waiting(self.host.rest, QUESTION, "key-4")
        self.assertEqual(self.server.next_stanza().tag.rpartition("}")[2], "iq")


class Anonymous(Component):
    """Callers whom nothing tells apart: a key of one would be a key of all."""
    settings = {"anonymous_rest": True}

    def post_anonymously(self, text, key):
        return self.host.rest.request("POST", "/rest", f"<message to='alice@example.org'><body>{text}</body></message>",
                                      XML, XML, authorized=False, headers={"Idempotency-Key": key} if key else {})

    def test_who_says_no_name_gets_no_key_and_one_with_a_name_does(self):
        for text in ("one", "two"):
            refused = self.post_anonymously(text, "key-1")
            self.assertEqual(refused.status, 403, refused.body)
        self.assertEqual(self.post_anonymously("without a key", None).status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), "without a key")
        self.assertEqual(self.post(message("with a name"), "key-1").status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), "with a name")


class Room(unittest.TestCase):
    """What is kept of answers takes no room from webhooks, however much a credential makes of it."""

    def setUp(self):
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        start_linked(self, {"journal_max_bytes": 1 << 20, "rest_idempotency_max_bytes_each": 1 << 20,
                            "rest_callback_url": self.webhook.url})

    def ask(self, key):
        waiting = Waiting(self.host.rest, QUESTION, key)
        asked = self.server.next_stanza()
        self.server.send_raw(f"<iq type='result' id='{asked.get('id')}' from='alice@example.org/r' "
                             f"to='bot@rest.localhost'><x xmlns='urn:example:x'>{'x' * 100_000}</x></iq>")
        return waiting.join()

    def kept(self, method="GET", query=""):
        response = self.host.rest.request(method, "/rest/idempotency-keys" + query)
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def test_large_answers_leave_webhooks_their_room_the_oldest_are_dropped_and_all_can_be_discarded(self):
        for number in range(15):
            self.assertEqual(self.ask(f"key-{number}").status, 200)
        self.server.send_raw("<message from='alice@example.org/r' to='bot@rest.localhost' type='chat'>"
                             "<body>hello</body></message>")
        self.assertIn(b"hello", self.webhook.next_post().body)
        kept = self.kept()
        self.assertEqual((kept["keys"], [each["name"] for each in kept["credentials"]]), (15, ["component"]))
        self.assertLessEqual(kept["bytes"], 1 << 20)
        dropped = self.host.rest.post(QUESTION, idempotency_key="key-0")
        self.assertEqual(dropped.status, 409, dropped.body)
        self.assertIn(b"answered 200", dropped.body)
        self.assertEqual(self.host.rest.post(QUESTION, idempotency_key="key-14").status, 200)
        self.assertEqual(self.kept("DELETE", "?credential=component"), {"discarded": 15})
        self.assertEqual(self.kept()["bytes"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
