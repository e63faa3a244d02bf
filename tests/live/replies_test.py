#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What an endpoint replies and the server cannot take as it is: whoever asked hears of it, and nothing vanishes.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its webhook and its host.
"""
import gzip
import json
import unittest

from support.deadline import wait_until
from support.linked import start_linked
from support.webhook import Answer, Webhook
from support.xml_data import as_data, body_of, parse
from support.xmpp_client import error_condition

JSON = "application/json"
MOST = 4096  # bytes of a stanza


def in_json(value, headers=()):
    return Answer(200, JSON, json.dumps(value).encode(), headers)


class Replies(unittest.TestCase):
    def setUp(self):
        self.webhook = Webhook()
        self.addCleanup(self.webhook.close)
        start_linked(self, {"rest_callback_url": self.webhook.url}, max_stanza=MOST)

    def reply_to(self, kind, type_, answer):
        """What the sender of such a stanza gets."""
        self.webhook.answer = lambda _: answer
        child = "<query xmlns='jabber:iq:version'/>" if kind == "iq" else "<body>Hi</body>"
        self.server.send_raw(f"<{kind} type='{type_}' id='q1' from='alice@example.org/r' to='bot@rest.localhost'>"
                             f"{child}</{kind}>")
        return self.server.next_stanza()

    def test_an_error_in_JSON_that_does_not_say_of_which_kind_it_is_answers_an_iq_with_that_error(self):
        reply = self.reply_to("iq", "get", in_json({"error": {"type": "cancel", "condition": "item-not-found"}}))
        self.assertEqual((reply.get("type"), reply.get("id")), ("error", "q1"))
        self.assertEqual(error_condition(reply), "item-not-found")

    def test_a_reply_that_is_too_large_as_XML_is_an_error_and_a_message_a_dead_letter_that_says_so(self):
        large = "<" * (MOST // 2)  # each is four bytes in XML
        for kind, type_, answer in (("iq", "get", {"kind": "iq", "version": {"name": large}}),
                                    ("message", "chat", {"kind": "message", "body": large})):
            with self.subTest(kind):
                reply = self.reply_to(kind, type_, in_json(answer))
                self.assertEqual((reply.get("type"), reply.get("id")), ("error", "q1"))
                self.assertEqual(error_condition(reply), "internal-server-error")

        def dead():
            listed = self.host.rest.request("GET", "/rest/deliveries?state=dead")
            return json.loads(listed.body)["deliveries"]
        wait_until(dead, "the message is a dead letter")
        self.assertRegex(dead()[0]["last_error"], f"larger|{MOST}")

    def test_a_reply_of_as_many_bytes_as_the_server_takes_arrives(self):
        reply = self.reply_to("message", "chat", in_json({"kind": "message", "body": "<" * (MOST // 8)}))
        self.assertEqual((reply.get("type"), body_of(reply)), (None, "<" * (MOST // 8)))

    def test_a_reply_that_is_packed_although_that_was_not_asked_for_arrives(self):
        plain = in_json({"version": {"name": "a bot"}})
        packed = plain._replace(body=gzip.compress(plain.body), headers=[("Content-Encoding", "gzip")])
        for answer in (plain, packed):
            reply = self.reply_to("iq", "get", answer)
            self.assertEqual(reply.get("type"), "result")
            self.assertEqual([as_data(each) for each in reply], [as_data(parse(
                "<query xmlns='jabber:iq:version'><name>a bot</name></query>"))])
        self.assertEqual(self.webhook.next_post().headers["Accept-Encoding"], "identity")


if __name__ == "__main__":
    unittest.main(verbosity=2)
