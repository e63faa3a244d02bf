#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host as a small XMPP server of its own, with real clients, real curl and the example bot.

slixmpp stands for the clients. go-sendxmpp is left out: it refuses to log in over a connection without TLS, and
the server is plain because it is on loopback only.

Threads: the test's thread, besides those of the support package.
Ownership: the module owns one host and one bot for all its tests; each test owns its clients.
"""
import os
import re
import subprocess
import sys
import unittest

from support.deadline import DEADLINE
from support.host import Host, local_mode
from support.process import Program
from support.xml_data import body_of, parse
from support.xmpp_client import LoginRefused, XmppClient, error_condition

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
XML = "application/xmpp+xml"
PASSWORDS = {"alice": "wonder", "bob": "builder"}


def setUpModule():
    global bot, host
    bot = Program("echo bot", [sys.executable, f"{EXAMPLES}/echo_bot.py", "--port", "0"])
    unittest.addModuleCleanup(bot.kill)
    url = bot.wait_for_line(r"listening on (http://\S+)")[1]
    host = Host(local_mode(anonymous=True), settings={"rest_callback_url": url})
    unittest.addModuleCleanup(host.close)


class LocalMode(unittest.TestCase):
    def login(self, user, mechanism=None, password=None, resource=None):
        jid = f"{user}@localhost" if user else "localhost"
        client = XmppClient(jid, password or PASSWORDS.get(user, ""), host.c2s_address, mechanism, resource)
        client.login()
        self.addCleanup(client.close)
        return client

    def curl(self, stanza, user="rest.localhost", password=Host.component_secret):
        """What the real curl program gets for a posted stanza: the status and the body."""
        output = subprocess.run(
            ["curl", "--silent", "--show-error", "--user", f"{user}:{password}", "--header", f"Content-Type: {XML}",
             "--data-binary", stanza, "--write-out", "\n%{http_code}", f"http://{host.http}/rest"],
            capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
        body, status = output.rsplit("\n", 1)
        return int(status), body


class EachMechanism(LocalMode):
    """The whole way of a bot's day, once for each way to log in."""

    def everything(self, client):
        status, body = self.curl(f"<message type='chat' to='{client.bare}'><body>Hello from curl</body></message>")
        self.assertEqual((status, body), (202, ""))
        message = client.next_message()
        self.assertEqual((body_of(message), message.get("from")), ("Hello from curl", "rest.localhost"))

        status, body = self.curl(f"<iq type='get' id='p1' to='{client.jid}'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(status, 200, body)
        answer = parse(body)
        self.assertEqual((answer.tag, answer.get("type"), answer.get("id"), answer.get("from")),
                         ("iq", "result", "p1", client.jid))

        client.send("<message xmlns='jabber:client' type='chat' to='bot@rest.localhost'><body>Echo?</body></message>")
        reply = client.next_message()
        self.assertEqual((body_of(reply), reply.get("from"), reply.get("type"), reply.get("to")),
                         ("Echo?", "bot@rest.localhost", "chat", client.jid))

    def test_plain(self):
        self.everything(self.login("alice", "PLAIN"))

    def test_scram_sha_1(self):
        self.everything(self.login("alice", "SCRAM-SHA-1"))

    def test_anonymous(self):
        self.everything(self.login("", "ANONYMOUS"))


class Login(LocalMode):
    def test_a_wrong_password_is_refused(self):
        for mechanism in ("PLAIN", "SCRAM-SHA-1"):
            for user, password in (("alice", "wrong"), ("nobody", "wonder")):
                with self.subTest(mechanism=mechanism, user=user), self.assertRaises(LoginRefused):
                    self.login(user, mechanism, password)

    def test_a_requested_resource_is_bound(self):
        self.assertEqual(self.login("alice", resource="phone").jid, "alice@localhost/phone")

    def test_the_roster_is_empty(self):
        answer = self.login("alice").query("alice@localhost", "jabber:iq:roster")
        self.assertEqual((answer.get("type"), len(answer[0])), ("result", 0))


class BetweenUsers(LocalMode):
    def test_messages_go_to_full_and_bare_addresses(self):
        alice, bob = self.login("alice"), self.login("bob")
        for to in (bob.bare, bob.jid):
            alice.send(f"<message xmlns='jabber:client' type='chat' to='{to}'><body>to {to}</body></message>")
            message = bob.next_message()
            self.assertEqual((body_of(message), message.get("from")), (f"to {to}", alice.jid))

    def test_a_bare_address_means_the_highest_priority(self):
        low, high = self.login("bob", resource="low"), self.login("bob", resource="high")
        low.send("<presence xmlns='jabber:client'><priority>1</priority></presence>")
        high.send("<presence xmlns='jabber:client'><priority>5</priority></presence>")
        # An answer on each stream means that the presence before it has been taken.
        for client in (low, high):
            client.query("localhost", "urn:xmpp:ping", "ping")
        self.curl("<message type='chat' to='bob@localhost'><body>to the highest</body></message>")
        self.curl(f"<message type='chat' to='{low.jid}'><body>after it</body></message>")
        self.assertEqual(body_of(high.next_message()), "to the highest")
        self.assertEqual(body_of(low.next_message()), "after it")

    def test_presence_reaches_the_one_it_is_sent_to(self):
        alice, bob = self.login("alice"), self.login("bob")
        alice.send("<presence xmlns='jabber:client' to='bob@localhost'><status>here</status></presence>")
        presence = bob.next_presence(lambda each: each.findtext("{jabber:client}status") == "here")
        self.assertEqual(presence.get("from"), alice.jid)

    def test_an_absent_recipient_is_an_error(self):
        alice = self.login("alice")
        for to in ("bob@localhost", "bob@localhost/gone", "nobody@localhost"):
            alice.send(f"<message xmlns='jabber:client' type='chat' to='{to}'><body>anybody?</body></message>")
            error = alice.next_message()
            self.assertEqual((error.get("type"), error.get("from"), error_condition(error)),
                             ("error", to, "service-unavailable"))
            answer = alice.query(to, "urn:xmpp:ping", "ping")
            self.assertEqual((answer.get("type"), error_condition(answer)), ("error", "service-unavailable"))


class TheServersDomain(LocalMode):
    def ask(self, namespace, name="query"):
        answer = self.login("alice").query("localhost", namespace, name)
        self.assertEqual((answer.get("type"), answer.get("from")), ("result", "localhost"))
        return answer

    def test_it_answers_a_ping(self):
        self.assertEqual(len(self.ask("urn:xmpp:ping", "ping")), 0)

    def test_it_says_what_it_can_do(self):
        namespace = "{http://jabber.org/protocol/disco#info}"
        query = self.ask("http://jabber.org/protocol/disco#info")[0]
        identity = query.find(f"{namespace}identity")
        self.assertEqual((identity.get("category"), identity.get("type")), ("server", "im"))
        features = [feature.get("var") for feature in query.findall(f"{namespace}feature")]
        for feature in ("urn:xmpp:ping", "jabber:iq:version", "jabber:iq:last"):
            self.assertIn(feature, features)

    def test_its_items_are_listed(self):
        query = self.ask("http://jabber.org/protocol/disco#items")[0]
        self.assertEqual(query.tag, "{http://jabber.org/protocol/disco#items}query")

    def test_it_tells_its_version(self):
        query = self.ask("jabber:iq:version")[0]
        self.assertRegex(query.findtext("{jabber:iq:version}name"), re.compile("restanza", re.IGNORECASE))
        self.assertRegex(query.findtext("{jabber:iq:version}version"), r"^\d+\.\d+")

    def test_it_tells_how_long_it_has_been_running(self):
        self.assertRegex(self.ask("jabber:iq:last")[0].get("seconds"), r"^\d+$")


class OverHttp(LocalMode):
    def test_an_account_sends_as_itself(self):
        bob = self.login("bob")
        status, body = self.curl("<message to='bob@localhost'><body>it is me</body></message>", "alice", "wonder")
        self.assertEqual((status, body), (202, ""))
        self.assertEqual(bob.next_message().get("from"), "alice@localhost")

    def test_an_account_may_not_send_as_another(self):
        status, _ = self.curl("<message from='bob@localhost' to='bob@localhost'/>", "alice", "wonder")
        self.assertEqual(status, 403)

    def test_a_wrong_password_is_401(self):
        self.assertEqual(self.curl("<message to='bob@localhost'/>", "alice", "wrong")[0], 401)

    def test_the_bot_answers_an_iq(self):
        status, body = self.curl(
            "<iq type='get' to='bot@rest.localhost'><query xmlns='jabber:iq:version'/></iq>", "alice", "wonder")
        self.assertEqual(status, 200, body)
        self.assertEqual(parse(body)[0].findtext("{jabber:iq:version}name"), "echo bot")

    def test_an_iq_that_nobody_answers_is_504(self):
        silent = self.login("alice")
        silent.ignore_iqs()
        response = host.rest.post(
            f"<iq type='get' to='{silent.jid}'><ping xmlns='urn:xmpp:ping'/></iq>", restanza_timeout="1")
        self.assertEqual(response.status, 504, response.body)


if __name__ == "__main__":
    unittest.main(verbosity=2)
