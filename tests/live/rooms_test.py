#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A bot in a room of a real Prosody (XEP-0045): whatever its endpoint answers, the room does not put it out.

Threads: the test's thread, besides those of the support package.
Ownership: the class owns one server; each test owns its webhook, its host and its client.
"""
import json
import sys
import unittest

from support.host import Host, component_of
from support.played import played
from support.servers.prosody import ProsodyWithRooms
from support.webhook import NOTHING, XML, Answer, Webhook
from support.xml_data import body_of, parse
from support.xmpp_client import XmppClient, error_condition

SKIPPED = 77
ACCOUNTS = {"alice": "wonder"}
BOT = "bot@rest.localhost/here"
JOIN = "<x xmlns='http://jabber.org/protocol/muc'/>"
# All that is no success, and that a server can answer with.
STATUSES = range(300, 600, played(full=1, slice=1, sanitized=7))
OWN_ERROR = ("<message type='error'><error type='cancel'>"
             "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")


class Rooms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ProsodyWithRooms(ACCOUNTS).start()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.room = f"{self.id().rsplit('.', 1)[1]}@{self.server.rooms}"
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        self.alice = XmppClient(
            f"alice@{self.server.domain}", ACCOUNTS["alice"], ("127.0.0.1", self.server.c2s_port)).login()
        self.addCleanup(self.alice.close)

    def start(self, **settings):
        """A host whose bot is in the room with alice."""
        self.host = Host(component_of(self.server), settings=settings)
        self.addCleanup(self.host.close)
        response = self.host.rest.post(f"<presence from='{BOT}' to='{self.room}/bot'>{JOIN}</presence>")
        self.assertEqual(response.status, 202, response.body)
        self.assert_bot_is_there("after it has joined")
        self.alice.send(f"<presence xmlns='jabber:client' to='{self.room}/alice'>{JOIN}</presence>")
        self.alice.next_presence(lambda each: each.get("from") == f"{self.room}/bot")
        self.alice.next_presence(lambda each: each.get("from") == f"{self.room}/alice")

    def assert_bot_is_there(self, when):
        """As the room answers the bot's own ping (XEP-0410)."""
        answer = self.host.rest.answer(
            f"<iq type='get' from='{BOT}' to='{self.room}/bot'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(answer.get("type"), "result", f"the room has put the bot out {when}")

    def say_everything(self, text):
        """Each kind of stanza that a room brings from an occupant; the answer to the last, an iq. All are of one
        conversation, so the endpoint's answers to those before have had their effect."""
        for stanza in (f"<message type='groupchat' to='{self.room}'><body>{text}</body></message>",
                       f"<message type='chat' to='{self.room}/bot'><body>{text}</body></message>",
                       f"<message to='{self.room}/bot'><body>{text}</body></message>",
                       f"<presence to='{self.room}/alice'><status>{text}</status></presence>"):
            self.alice.send(stanza.replace(" ", " xmlns='jabber:client' ", 1))
        return self.alice.query(f"{self.room}/bot", "urn:example:question")

    def test_no_status_of_the_endpoint_gets_the_bot_removed(self):
        self.start(rest_callback_url=self.webhook.url, rest_callback_retry=False)
        for status in STATUSES:
            self.webhook.answer = lambda post, status=status: Answer(status, None, b"")
            answer = self.say_everything(f"status {status}")
            self.assertEqual(answer.get("type"), "error", f"the iq at {status}")
            self.assert_bot_is_there(f"after {status}")

    def test_an_endpoint_that_nobody_answers_at_does_not_get_it_removed_either(self):
        self.webhook.close()
        self.start(rest_callback_url=self.webhook.url, rest_callback_retry=False)
        answer = self.say_everything("nobody hears this")
        self.assertEqual(error_condition(answer), "recipient-unavailable")
        self.assert_bot_is_there("after no answer")

    def test_nor_does_an_error_that_the_endpoint_writes_itself(self):
        self.start(rest_callback_url=self.webhook.url)
        self.webhook.answer = lambda post: (
            Answer(200, XML, OWN_ERROR.encode()) if parse(post.body).tag == "message" else NOTHING)
        self.assertEqual(self.say_everything("own error").get("type"), "result")
        self.assert_bot_is_there("after an error of the endpoint's own")

    def test_a_refusal_can_be_kept_and_delivered_later(self):
        self.webhook.answer = lambda post: Answer(403, None, b"")
        self.start(rest_callbacks=[{"name": "bot", "url": self.webhook.url, "stanzas": ["message", "iq"],
                                    "on_refusal": {"403": "dead-letter", "default": "retry"}}])
        self.alice.send(f"<message xmlns='jabber:client' type='groupchat' to='{self.room}'><body>kept</body></message>")
        self.alice.query(f"{self.room}/bot", "urn:example:question")
        self.webhook.answer = lambda post: NOTHING
        replayed = self.host.rest.request("POST", "/rest/deliveries/replay", "{}", "application/json")
        self.assertEqual(replayed.status, 200, replayed.body)
        self.assertGreaterEqual(json.loads(replayed.body)["replayed"], 1)  # the room's subject may be another
        first = self.webhook.next_post(lambda post: body_of(parse(post.body)) == "kept")
        again = self.webhook.next_post(lambda post: body_of(parse(post.body)) == "kept")
        self.assertEqual(first.headers["webhook-id"], again.headers["webhook-id"])
        self.assert_bot_is_there("after a refusal")


if __name__ == "__main__":
    if ProsodyWithRooms.missing():
        print(f"SKIPPED: the Debian package {ProsodyWithRooms.missing()} is not installed", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
