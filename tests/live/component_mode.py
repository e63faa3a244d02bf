# SPDX-License-Identifier: MIT
"""What must hold with restanza-host as a component of a real server; a test file for each server runs it.

Threads: the test's thread, besides those of the support package.
Ownership: the class owns one server, one webhook and one host for all its tests; each test owns its clients.
"""
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree
import xml.sax.saxutils

from support.deadline import wait_until
from support.host import Host, component_of
from support.webhook import NOTHING, XML, Answer, Webhook
from support.xml_data import body_of, children_as_data, parse
from support.xmpp_client import XmppClient, error_condition

ACCOUNTS = {"alice": "wonder", "bob": "builder"}
SKIPPED = 77
AT_ONCE = 5  # seconds; an iq that is parked would take rest_iq_timeout, two minutes

# What some parser or writer is known to spoil. Newlines in attributes are left out here: both servers read them
# well and write them so that the next parser sees spaces.
NASTY = """<body>&#x1F600; &amp; &lt;b&gt; "double" and 'single'</body>
<odd xmlns='urn:example:odd' quote='say "hi"' apostrophe="it's" emoji='&#x1F600;'>
 <inner xmlns='urn:example:inner' xmlns:p='urn:example:prefix' p:kind='x'>  kept <p:b>mixed</p:b> text </inner>
 <![CDATA[<raw> & "cdata"]]></odd>"""


def echo(post):
    """The webhook's answer: messages come back with the same children, an iq gets a result with its payload."""
    stanza = parse(post.body)
    if stanza.get("type") == "error" or stanza.tag not in ("message", "iq"):
        return NOTHING
    reply = {"type": "result" if stanza.tag == "iq" else stanza.get("type", "normal")}
    stanza.attrib.clear()
    stanza.attrib.update(reply)
    return Answer(200, XML, ElementTree.tostring(stanza))


class Clients:
    """What tests do with clients of a server in `server`, a `rest` and a `webhook` that echoes."""

    def login(self, user="alice"):
        client = XmppClient(
            f"{user}@{self.server.domain}", ACCOUNTS[user], ("127.0.0.1", self.server.c2s_port)).login()
        self.addCleanup(client.close)
        return client

    def ping(self, to):
        return self.rest.answer(f"<iq type='get' to='{to}'><ping xmlns='urn:xmpp:ping'/></iq>")

    def posted_by(self, client):
        """The webhook's next post of a stanza from this client; those of earlier tests may stand before it."""
        return self.webhook.next_post(lambda each: parse(each.body).get("from") == client.jid)


class Answers(Clients):
    """What is so wherever the plugin runs."""

    def test_an_error_is_an_answer_too(self):
        answer = self.ping("nobody@localhost/nowhere")
        self.assertEqual((answer.get("type"), error_condition(answer)), ("error", "service-unavailable"))

    def test_a_message_to_the_bot_is_answered_by_the_webhook(self):
        alice = self.login()
        alice.send("<message xmlns='jabber:client' type='chat' id='m1' to='bot@rest.localhost'><body>Hi</body></message>")
        post = self.posted_by(alice)
        stanza = parse(post.body)
        self.assertEqual(post.headers.get_content_type(), XML)
        self.assertEqual((stanza.tag, stanza.get("to"), stanza.get("id")), ("message", "bot@rest.localhost", "m1"))
        reply = alice.next_message()
        self.assertEqual((body_of(reply), reply.get("from"), reply.get("type")), ("Hi", "bot@rest.localhost", "chat"))

    def test_an_iq_to_the_bot_is_answered_by_the_webhook(self):
        answer = self.login().query("bot@rest.localhost", "urn:example:question")
        self.assertEqual((answer.get("type"), answer.get("from")), ("result", "bot@rest.localhost"))
        self.assertEqual(answer[0].tag, "{urn:example:question}query")


class ComponentMode(Answers):
    server_class = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class(ACCOUNTS).start()
        cls.addClassCleanup(cls.server.close)
        cls.webhook = Webhook(echo)
        cls.addClassCleanup(cls.webhook.close)
        cls.host = Host(component_of(cls.server), settings={"rest_callback_url": cls.webhook.url})
        cls.addClassCleanup(cls.host.close)
        cls.rest = cls.host.rest

    def wait_for_health(self, status):
        wait_until(lambda: self.rest.health() == status, f"health is {status}")

    def post_message(self, to, text):
        body = xml.sax.saxutils.escape(text)
        return self.rest.post(f"<message type='chat' from='bot@rest.localhost' to='{to}'><body>{body}</body></message>")

    def logins(self):
        """How often the component has logged in since the server's start; its line may come after our answer."""
        return wait_until(self.server.component_logins, "the server tells of the component's login")

    def assert_link_still_up(self, logins):
        """A round trip through the server works, over the same stream as before."""
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")
        self.assertEqual(self.logins(), logins)

    def test_ready_names_the_component(self):
        self.assertIn(f"component={self.server.component_domain}", self.host.program.lines("out")[-1])
        self.assertEqual(self.rest.health(), 200)

    def test_a_posted_message_reaches_the_client(self):
        alice = self.login()
        response = self.post_message(alice.bare, "Hello from HTTP")
        self.assertEqual(response.status, 202, response.body)
        message = alice.next_message()
        self.assertEqual(body_of(message), "Hello from HTTP")
        self.assertEqual(message.get("from"), "bot@rest.localhost")
        self.assertEqual(message.get("id"), response.headers["Stanza-Id"])

    def test_the_client_answers_a_posted_ping(self):
        alice = self.login()
        answer = self.ping(alice.jid)
        self.assertEqual((answer.tag, answer.get("type"), answer.get("from")), ("iq", "result", alice.jid))

    def test_the_server_answers_a_posted_ping(self):
        answer = self.ping(self.server.domain)
        self.assertEqual((answer.get("type"), answer.get("from")), ("result", self.server.domain))

    def test_unusual_xml_survives_both_ways(self):
        alice = self.login()
        posted = f"<message type='chat' id='nasty' from='bot@rest.localhost' to='{alice.jid}'>{NASTY}</message>"
        self.assertEqual(self.rest.post(posted).status, 202)
        wanted = self.payload(parse(posted))
        self.assertEqual(self.payload(alice.next_message()), wanted)

        alice.send("<message xmlns='jabber:client' type='chat' id='nasty2' to='bot@rest.localhost'>"
                   f"{NASTY}</message>")
        self.assertEqual(self.payload(parse(self.posted_by(alice).body)), wanted)
        self.assertEqual(self.payload(alice.next_message()), wanted)

    @staticmethod
    def payload(element):
        """The children as data, sorted: ejabberd writes a body after everything that it does not know."""
        return sorted(children_as_data(element))

    def test_a_prefix_declared_on_the_stanza_itself_survives(self):
        # ejabberd drops a declaration that stands on the stanza's own element.
        alice = self.login()
        posted = (f"<message xmlns:p='urn:example:p' from='bot@rest.localhost' to='{alice.jid}' type='chat'>"
                  "<body>x</body><p:mark p:kind='k'/></message>")
        self.assertEqual(self.rest.post(posted).status, 202)
        self.assertEqual(self.payload(alice.next_message()), self.payload(parse(posted)))

    def test_a_body_of_quotes_is_taken_or_refused_but_never_ends_the_link(self):
        logins = self.logins()
        alice = self.login()
        quotes = '"' * 180_000
        response = self.rest.post(
            f"<message from='bot@rest.localhost' to='{alice.jid}' type='chat'><body>{quotes}</body></message>")
        self.assertIn(response.status, (202, 413), response.body)
        if response.status == 202:
            self.assertEqual(len(body_of(alice.next_message())), len(quotes))
        self.assert_link_still_up(logins)

    def test_a_foreign_from_is_refused_and_never_ends_the_link(self):
        logins = self.logins()
        response = self.rest.post("<message from='eve@evil.example' to='alice@localhost'><body>x</body></message>")
        self.assertEqual(response.status, 403, response.body)
        self.assert_link_still_up(logins)

    def test_it_recovers_when_the_server_is_restarted(self):
        self.server.kill()
        self.wait_for_health(503)
        self.server.start()
        self.wait_for_health(200)
        self.test_a_posted_message_reaches_the_client()
        self.test_the_client_answers_a_posted_ping()
        self.test_a_message_to_the_bot_is_answered_by_the_webhook()

    def test_messages_posted_while_the_server_is_down_arrive_in_order(self):
        self.server.stop()
        self.wait_for_health(503)
        for text in ("one", "two", "three"):
            self.assertEqual(self.post_message("bob@localhost", text).status, 202)
        begin = time.monotonic()
        response = self.rest.post("<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(response.status, 503, response.body)
        self.assertLess(time.monotonic() - begin, AT_ONCE)
        self.server.start()
        self.wait_for_health(200)
        # An answer from the server means that what waited has gone before it; now it lies in the offline store.
        self.ping(self.server.domain)
        bob = self.login("bob")
        self.assertEqual([body_of(bob.next_message()) for _ in range(3)], ["one", "two", "three"])

    def test_a_wrong_secret_ends_the_host_with_a_clear_error(self):
        wrong = {**component_of(self.server), "secret": "wrong-component-secret"}
        host = Host(wrong, wait_ready=False)
        try:
            self.assertNotEqual(host.program.wait(), 0)
            said = "\n".join(host.program.lines("err"))
            self.assertIn("not-authorized", said)
            self.assertNotIn("wrong-component-secret", said)
            self.assertEqual(host.program.lines("out"), [])
        finally:
            host.discard()


def run(test_class):
    run_with(test_class.server_class, sys.modules[test_class.__module__])


def run_with(server_class, module="__main__"):
    """Runs the tests of the module, or says which package their server is missing."""
    package = server_class.missing()
    if package:
        print(f"SKIPPED: the Debian package {package} is not installed", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(module=module, verbosity=2)
