#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""examples/qxmpp_embed.cpp: a QXmppServer with restanza in it, and a real client. It is built where QXmpp is found.

Threads: the test's thread, besides those of the support package.
Ownership: the class owns one server and one webhook for all its tests; each test owns its clients.
"""
import json
import os
import time
import unittest

from component_mode import AT_ONCE, echo
from support.host import COMPLAINTS, sanitized_environment
from support.process import Program, free_ports
from support.rest_client import RestClient
from support.webhook import Webhook
from support.xml_data import body_of
from support.xmpp_client import XmppClient, error_condition

DOMAIN, SECRET = "rest.localhost", "rest-secret"
PING = "<iq type='get' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"
MANY = 300  # messages: more than go out in one turn of the loop


class Embedded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.webhook = Webhook(echo)
        cls.addClassCleanup(cls.webhook.close)
        cls.start()
        cls.addClassCleanup(cls.end)

    @classmethod
    def start(cls):
        cls.port, = free_ports(1)
        settings = {"component_secret": SECRET, "rest_callback_url": cls.webhook.url}
        cls.server = Program("qxmpp_embed", [os.environ["QXMPP_EMBED"], os.environ["RESTANZA_SO"], "--domain", DOMAIN, "--settings",
                                             json.dumps(settings), "--port", str(cls.port), "--account", "alice:wonder"],
                             env=sanitized_environment())
        cls.rest = RestClient(cls.server.wait_for_line(r"^ready http=(\S+)$", source="err")[1], DOMAIN, SECRET)

    @classmethod
    def end(cls):
        code = cls.server.stop()
        said = [line for line in cls.server.lines("err") if any(word in line for word in COMPLAINTS)]
        if code != 0 or said:
            raise AssertionError(f"qxmpp_embed ended with {code}\n{cls.server.transcript()}")

    def login(self):
        client = XmppClient("alice@localhost", "wonder", ("127.0.0.1", self.port), mechanism="PLAIN").login()
        self.addCleanup(client.close)
        return client

    def test_a_posted_message_reaches_the_client(self):
        alice = self.login()
        self.assertEqual(self.rest.post(f"<message to='{alice.jid}' from='bot@{DOMAIN}'><body>Hi &amp; bye</body></message>").status, 202)
        message = alice.next_message()
        self.assertEqual((body_of(message), message.get("from")), ("Hi & bye", f"bot@{DOMAIN}"))

    def test_the_client_answers_a_posted_ping(self):
        alice = self.login()
        answer = self.rest.answer(PING.format(alice.jid))
        self.assertEqual((answer.get("type"), answer.get("from")), ("result", alice.jid))

    def test_the_clients_message_is_answered_by_the_webhook(self):
        alice = self.login()
        alice.send(f"<message xmlns='jabber:client' type='chat' id='m1' to='bot@{DOMAIN}'><body>Hello</body></message>")
        reply = alice.next_message()
        self.assertEqual((body_of(reply), reply.get("from"), reply.get("type")), ("Hello", f"bot@{DOMAIN}", "chat"))

    def test_an_iq_to_nobody_and_one_to_the_server_are_answered_at_once(self):
        begin = time.monotonic()
        for to in ("nobody@localhost/nowhere", "localhost"):
            with self.subTest(to=to):
                answer = self.rest.answer(PING.format(to))
                self.assertEqual((answer.get("type"), error_condition(answer)), ("error", "service-unavailable"))
        self.assertLess(time.monotonic() - begin, AT_ONCE)

    def test_prefixes_are_written_as_default_namespaces_and_end_no_stream(self):
        alice = self.login()
        posted = (f"<message to='{alice.jid}' from='bot@{DOMAIN}'><p:mark xmlns:p='urn:example:p' p:lost='x' kept='y'>"
                  "<p:inner/></p:mark></message>")
        self.assertEqual(self.rest.post(posted).status, 202)
        mark = alice.next_message()[0]
        self.assertEqual((mark.tag, mark.attrib, mark[0].tag),
                         ("{urn:example:p}mark", {"kept": "y"}, "{urn:example:p}inner"))

    def test_a_foreign_sender_is_refused(self):
        self.assertEqual(self.rest.post("<message from='eve@evil.example' to='alice@localhost'/>").status, 403)

    def test_what_was_taken_before_the_end_arrives(self):
        alice = self.login()
        for number in range(MANY):
            response = self.rest.post(f"<message to='{alice.jid}' from='bot@{DOMAIN}'><body>{number}</body></message>")
            self.assertEqual(response.status, 202)
        try:
            self.end()
        finally:
            self.start()
        self.assertEqual([body_of(alice.next_message()) for _ in range(MANY)], [str(number) for number in range(MANY)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
