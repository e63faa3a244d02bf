#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host's side of the component protocol, against a server in the test's own hands.

A real server is too tidy and too slow for these: untidy but legal XML, refusals, cuts in the middle of a stanza.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its webhook and its host.
"""
import signal
import unittest

from support.component_server import ComponentServer
from support.deadline import wait_until
from support.host import Host, component_of
from support.process import accepts, free_ports
from support.rest_client import RestClient
from support.webhook import Webhook
from support.xml_data import as_data, body_of, children_as_data, parse

# Each is legal XML of a stanza's children that some parser or writer is known to spoil.
UNTIDY = {
    "an emoji as a character reference": "<body>&#x1F600;</body>",
    "a double quote inside single quotes": "<x xmlns='u' a='say \"hi\"'/>",
    "newlines and tabs inside an attribute": "<x xmlns='u' a='one&#10;two&#9;three&#xD;four'/>",
    "a space in an end tag": "<body>x</body >",
    "cdata": "<body><![CDATA[<&>]]></body>",
    "prefixes": "<p:x xmlns:p='u' xmlns:q='v' q:a='1'><q:y/></p:x>",
    "mixed content and whitespace": "<x xmlns='u'> a <b/> c\n<b> </b></x>",
}


class ComponentLink(unittest.TestCase):
    def setUp(self):
        self.server = ComponentServer()
        self.addCleanup(self.server.close)

    def launch(self, **arguments):
        """A host that tries to log in. It is stopped after its connection: it would wait for the stream's end."""
        host = Host(component_of(self.server), wait_ready=False, **arguments)
        self.addCleanup(host.close)
        self.addCleanup(lambda: self.server.close())
        self.server.component = host.program
        return host

    def start(self, settings=None):
        """A host that has logged in."""
        host = self.launch(settings=settings)
        self.assertEqual(self.server.log_in(), "rest.localhost")
        host.wait_ready()
        return host


class Stanzas(ComponentLink):
    def test_untidy_xml_arrives_at_the_webhook_as_it_was(self):
        webhook = Webhook()
        self.addCleanup(webhook.close)
        self.start({"rest_callback_url": webhook.url})
        for name, children in UNTIDY.items():
            with self.subTest(name):
                stanza = f"<message from='alice@localhost/r' to='bot@rest.localhost' id='m1'>{children}</message>"
                self.server.send_raw(stanza)
                self.assertEqual(as_data(parse(webhook.next_post().body)), as_data(parse(stanza)))

    def test_untidy_xml_that_was_posted_arrives_at_the_server_as_it_was(self):
        host = self.start()
        for name, children in UNTIDY.items():
            with self.subTest(name):
                stanza = f"<message from='bot@rest.localhost' to='alice@localhost' id='m1'>{children}</message>"
                self.assertEqual(host.rest.post(stanza).status, 202)
                self.assertEqual(as_data(self.server.next_stanza()), as_data(parse(stanza)))

    def test_a_stanza_in_single_bytes_is_put_together(self):
        webhook = Webhook()
        self.addCleanup(webhook.close)
        self.start({"rest_callback_url": webhook.url})
        stanza = "<message from='alice@localhost' to='bot@rest.localhost'><body>caf\u00e9 &#x1F600;</body></message>"
        for byte in stanza.encode():
            self.server.send_raw(bytes([byte]))
        self.assertEqual(body_of(parse(webhook.next_post().body)), "caf\u00e9 \U0001F600")

    def test_what_may_not_be_sent_never_reaches_the_server(self):
        host = self.start()
        self.assertEqual(host.rest.post("<message from='eve@evil.example' to='a@localhost'/>").status, 403)
        large = "<body>" + '"' * 190_000 + "</body>"
        self.assertIn(host.rest.post(f"<message to='a@localhost' id='large'>{large}</message>").status, (202, 413))
        self.assertEqual(host.rest.post("<message to='a@localhost' id='last'/>").status, 202)
        stanza = self.server.next_stanza()
        if stanza.get("id") == "large":
            self.assertEqual(children_as_data(stanza), children_as_data(parse(f"<m>{large}</m>")))
            stanza = self.server.next_stanza()
        self.assertEqual(stanza.get("id"), "last")

    def test_an_iq_that_nothing_takes_is_answered_by_the_host(self):
        self.start()
        self.server.send_raw("<iq type='get' id='p1' from='alice@localhost/r' to='rest.localhost'>"
                             "<ping xmlns='urn:xmpp:ping'/></iq>")
        answer = self.server.next_stanza()
        self.assertEqual((answer.get("type"), answer.get("id"), answer.get("from"), answer.get("to")),
                         ("result", "p1", "rest.localhost", "alice@localhost/r"))


class Handshake(ComponentLink):
    def test_a_refused_secret_ends_the_host_with_a_clear_error(self):
        host = Host(component_of(self.server), wait_ready=False)
        self.addCleanup(host.discard)
        self.server.accept()
        self.assertTrue(self.server.handshake())
        self.server.refuse("not-authorized")
        self.assertNotEqual(host.program.wait(), 0)
        said = "\n".join(host.program.lines("err"))
        self.assertIn("not-authorized", said)
        self.assertNotIn(self.server.secret, said)

    def test_conflict_and_host_unknown_are_tried_again(self):
        host = self.launch()
        for condition in ("conflict", "host-unknown"):
            self.server.accept()
            self.server.handshake()
            self.server.refuse(condition)
        self.server.log_in()
        host.wait_ready()
        self.assertEqual(host.rest.health(), 200)

    def test_what_fails_in_the_same_way_again_is_one_line(self):
        host = self.launch()
        for _ in range(3):
            self.server.accept()
            self.server.handshake()
            self.server.refuse("conflict")
        self.server.log_in()
        host.wait_ready()
        host.program.wait_for_line(" info .*is logged in, after [0-9.]+ s; 0 stanzas wait", source="err")
        self.assertEqual(sum("is not connected" in line for line in host.program.lines("err")), 1,
                         host.program.transcript())

    def test_http_serves_while_the_server_cannot_be_reached(self):
        self.server.close()
        http, port = free_ports(2)
        self.server.component_port = port
        host = self.launch(http=f"127.0.0.1:{http}")
        wait_until(lambda: accepts(http) or not host.program.running(), "HTTP serves")
        rest = RestClient(f"127.0.0.1:{http}", "rest.localhost", host.component_secret)
        self.assertEqual(rest.health(), 503)
        self.assertEqual(host.program.lines("out"), [])
        self.server = ComponentServer(port)
        self.server.component = host.program
        self.server.log_in()
        host.wait_ready()
        self.assertEqual(rest.health(), 200)


class Recovery(ComponentLink):
    def test_what_was_posted_while_down_is_sent_in_order_after_the_next_login(self):
        host = self.start()
        self.server.drop()
        wait_until(lambda: host.rest.health() == 503, "health is 503")
        for name in ("one", "two", "three"):
            self.assertEqual(host.rest.post(f"<message to='a@localhost' id='{name}'/>").status, 202)
        self.server.log_in()
        self.assertEqual([self.server.next_stanza().get("id") for _ in range(3)], ["one", "two", "three"])

    def test_a_cut_in_the_middle_of_a_stanza_costs_nothing_but_that_stanza(self):
        webhook = Webhook()
        self.addCleanup(webhook.close)
        self.start({"rest_callback_url": webhook.url})
        self.server.send_raw("<message from='a@localhost' to='bot@rest.localhost' id='cut'><body>ha")
        self.server.drop()
        self.server.log_in()
        self.server.send_raw("<message from='a@localhost' to='bot@rest.localhost' id='whole'><body>x</body></message>")
        self.assertEqual(parse(webhook.next_post().body).get("id"), "whole")

    def test_sigterm_closes_the_stream(self):
        host = self.start()
        host.program.signal(signal.SIGTERM)
        self.assertTrue(self.server.closed_politely())
        self.server.send_raw("</stream:stream>")
        self.server.drop()
        self.assertEqual(host.program.wait(), 0, host.program.transcript())


if __name__ == "__main__":
    unittest.main(verbosity=2)
