#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Several webhook endpoints: which of them gets a stanza, which one answers, and whom they are believed to be.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its webhooks and its host.
"""
import tempfile
import unittest

from support.certificates import new_authority, server_context
from support.component_server import ComponentServer
from support.host import Host, component_of
from support.process import free_ports
from support.webhook import XML, Answer, Webhook
from support.xml_data import body_of, parse
from support.xmpp_client import error_condition

UNASKED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Endpoints(unittest.TestCase):
    def setUp(self):
        self.server = ComponentServer()
        self.addCleanup(self.server.close)

    def webhook(self, reply=None, **arguments):
        if reply:
            arguments["answer"] = lambda _: Answer(200, XML, f"<message><body>{reply}</body></message>".encode())
        webhook = Webhook(**arguments)
        self.addCleanup(webhook.close)
        return webhook

    def start(self, *callbacks, **settings):
        host = Host(component_of(self.server), wait_ready=False,
                    settings={"rest_callbacks": list(callbacks), **settings} if callbacks else settings)
        self.addCleanup(host.close)
        self.addCleanup(lambda: self.server.close())
        self.server.component = host.program
        self.server.log_in()
        host.wait_ready()
        return host

    def send(self, number, sender="alice@example.org/r", to="bot@rest.localhost", kind="chat", children=""):
        self.server.send_raw(f"<message from='{sender}' to='{to}' id='m{number}' type='{kind}'>"
                             f"<body>{number}</body>{children}</message>")

    def bodies(self, webhook, count):
        """The texts of the next posts, in the order of arriving."""
        return [body_of(parse(webhook.next_post().body)) for _ in range(count)]


class Choosing(Endpoints):
    def test_a_stanza_goes_to_each_that_wants_it_and_the_marked_one_answers(self):
        first, second = self.webhook("from the first"), self.webhook("from the second")
        self.start({"name": "first", "url": first.url}, {"name": "second", "url": second.url, "reply": True})
        self.send("one")
        self.assertEqual(self.bodies(first, 1) + self.bodies(second, 1), ["one", "one"])
        self.assertEqual(body_of(self.server.next_stanza()), "from the second")
        self.send("two")
        # The next reply is to the next message: the other endpoint's answer has not come between.
        self.assertEqual(body_of(self.server.next_stanza()), "from the second")

    def test_without_a_mark_the_first_answers(self):
        first, second = self.webhook("from the first"), self.webhook("from the second")
        self.start({"name": "first", "url": first.url}, {"name": "second", "url": second.url})
        for text in ("one", "two"):
            self.send(text)
            self.assertEqual(body_of(self.server.next_stanza()), "from the first")

    def test_filters_look_at_sender_recipient_type_and_child(self):
        by = {name: self.webhook() for name in ("sender", "recipient", "type", "child", "all")}
        self.start({"name": "sender", "url": by["sender"].url, "from": ["alice@*"]},
                   {"name": "recipient", "url": by["recipient"].url, "to": ["bot@rest.localhost"]},
                   {"name": "type", "url": by["type"].url, "types": ["headline", "normal"]},
                   {"name": "child", "url": by["child"].url, "namespaces": ["urn:example:wanted"]},
                   {"name": "all", "url": by["all"].url})
        self.send("sender", to="other@rest.localhost")
        self.send("recipient", sender="bob@example.org")
        self.send("type", sender="bob@example.org", to="other@rest.localhost", kind="headline")
        self.send("child", sender="bob@example.org", to="other@rest.localhost",
                  children="<x xmlns='urn:example:wanted'/>")
        self.send("none", sender="bob@example.org", to="other@rest.localhost",
                  children="<x xmlns='urn:example:unwanted'/>")
        # Wanted by all: what an endpoint got before it is all that it wanted.
        self.send("last", kind="headline", children="<x xmlns='urn:example:wanted'/>")
        for name in ("sender", "recipient", "type", "child"):
            with self.subTest(name):
                self.assertEqual(set(self.bodies(by[name], 2)), {name, "last"})
        self.assertEqual(set(self.bodies(by["all"], 6)), {"sender", "recipient", "type", "child", "none", "last"})
        self.assertFalse(any(webhook.has_posts() for webhook in by.values()))

    def test_what_a_sender_writes_is_one_segment_of_the_path_and_leads_nowhere_else(self):
        webhook = self.webhook()
        self.start({"name": "bot", "url": webhook.url + "/of/{type}/{to}"})
        # An endpoint's server may decode before it resolves dots, and some do it once more.
        for type_, segment in (("..", "%252E%252E"), (".", "%252E"), ("../../admin", "%252E%252E%2F%252E%252E%2Fadmin"),
                               ("a/b?c#d", "a%2Fb%3Fc%23d"), ("", "normal"), ("chat", "chat")):
            with self.subTest(type_):
                self.send(type_, kind=type_)
                self.assertEqual(webhook.next_post().path, f"/stanzas/of/{segment}/bot%40rest.localhost")
        self.send("resource", to="bot@rest.localhost/..")
        self.assertEqual(webhook.next_post().path, "/stanzas/of/chat/bot%40rest.localhost%2F%252E%252E")

    def test_each_has_its_own_format_and_authorization(self):
        first, second = self.webhook(), self.webhook()
        self.start({"name": "first", "url": first.url, "content_type": "json", "authorization": "Bearer one"},
                   {"name": "second", "url": second.url})
        self.send("one")
        one, two = first.next_post().headers, second.next_post().headers
        self.assertEqual((one.get_content_type(), one["Authorization"]), ("application/json", "Bearer one"))
        self.assertEqual((two.get_content_type(), two["Authorization"]), (XML, None))

    def test_a_dead_endpoint_holds_up_no_other(self):
        alive, port = self.webhook(), free_ports(1)[0]
        self.start({"name": "dead", "url": f"http://127.0.0.1:{port}/"}, {"name": "alive", "url": alive.url})
        for number in range(20):
            self.send(number)
        self.assertEqual(self.bodies(alive, 20), [str(number) for number in range(20)])


class OneAttempt(Endpoints):
    def test_without_retry_every_failure_is_an_error_at_once(self):
        webhook = self.webhook(answer=lambda _: Answer(500, None, b""))
        self.start(rest_callback_url=webhook.url, rest_callback_retry=False)
        self.send("one")
        error = self.server.next_stanza()
        self.assertEqual((error.get("type"), error.get("id"), error_condition(error)),
                         ("error", "mone", "internal-server-error"))
        self.assertEqual(self.bodies(webhook, 1), ["one"])
        self.assertFalse(webhook.has_posts())

    def test_an_address_that_is_not_public_is_never_connected_to(self):
        webhook = self.webhook()
        host = self.start({"name": "private", "url": webhook.url, "retry": False}, rest_callback_public_only=True)
        self.send("one")
        error = self.server.next_stanza()
        self.assertEqual((error.get("type"), error_condition(error)), ("error", "recipient-unavailable"))
        self.assertFalse(webhook.has_posts())
        host.program.wait_for_line("public", source="err")


class Certificates(Endpoints):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory(prefix="restanza-tls-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.authority = new_authority(self.directory)

    def secured(self, name="IP:127.0.0.1", **callback):
        """A webhook with TLS, whose certificate is for that name; a message is on its way there."""
        webhook = self.webhook(tls=server_context(self.directory, self.authority, name))
        self.start({"name": "secured", "url": webhook.url, "retry": False, **callback})
        self.send("one")
        return webhook

    def assert_refused(self, webhook):
        error = self.server.next_stanza()
        self.assertEqual((error.get("type"), error_condition(error)), ("error", "recipient-unavailable"))
        self.assertFalse(webhook.has_posts())

    def test_a_certificate_of_the_named_authority_is_believed(self):
        self.assertEqual(self.bodies(self.secured(ca_file=self.authority), 1), ["one"])

    def test_what_comes_behind_an_answer_is_not_taken_for_the_next_answer(self):
        webhook = self.secured(ca_file=self.authority)
        self.assertEqual(self.bodies(webhook, 1), ["one"])
        webhook.answer = lambda _: Answer(204, None, UNASKED)
        for number in range(10):
            self.send(number)
            self.assertEqual(self.bodies(webhook, 1), [str(number)])
        webhook.answer = lambda _: Answer(200, XML, b"<message><body>a reply</body></message>")
        self.send("last")
        self.assertEqual(body_of(self.server.next_stanza()), "a reply")  # and nobody got an error before it

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        self.assert_refused(self.secured())

    def test_a_certificate_for_another_name_is_refused(self):
        self.assert_refused(self.secured(ca_file=self.authority, name="DNS:other.example"))

    def test_any_certificate_is_believed_where_verification_is_switched_off(self):
        self.assertEqual(self.bodies(self.secured(tls_verify=False), 1), ["one"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
