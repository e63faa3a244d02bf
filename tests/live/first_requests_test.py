#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The first requests that people make with curl, right ones and wrong ones, and what comes of them.

Threads: the test's thread.
Ownership: the class owns one host for all cases; each test owns its XMPP client.
"""
import json
import subprocess
import unittest

from support.deadline import DEADLINE
from support.host import Host, local_mode
from support.xml_data import parse
from support.xmpp_client import XmppClient

XML = "application/xmpp+xml"
MESSAGE = "/rest/message/chat/bob@localhost"
ALERT = '{"status":"firing","title":"Disk full"}'


class FirstRequests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host(local_mode())
        cls.addClassCleanup(cls.host.close)

    def curl(self, *arguments, path="/rest", user=None):
        """The status, the media type and the body that curl gets."""
        user = user or f"{self.host.domain}:{self.host.component_secret}"
        ran = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", str(DEADLINE), "--user", user, "--write-out",
             "\n%{http_code} %{content_type}", *arguments, f"http://{self.host.http}{path}"],
            capture_output=True, check=True)
        body, _, last = ran.stdout.decode().rpartition("\n")
        status, _, media_type = last.partition(" ")
        return int(status), media_type.split(";")[0], body

    def told(self, *arguments, **where):
        """The status and the text of an error, which comes as XML for a request in XML, and as JSON otherwise."""
        status, media_type, body = self.curl(*arguments, **where)
        if any(XML in argument for argument in arguments):
            self.assertEqual(media_type, XML, body)
            return status, parse(body).find("{urn:ietf:params:xml:ns:xmpp-streams}text").text
        self.assertEqual(media_type, "application/json", body)
        return status, json.loads(body)["error"]["text"]

    def test_a_text_given_with_d_arrives_as_the_message_it_is(self):
        bob = XmppClient("bob@localhost", "builder", self.host.c2s_address)
        self.addCleanup(bob.close)
        bob.login()
        self.assertEqual(self.curl("-d", "Backup failed: 1+1 < 100% & more", path=MESSAGE)[0], 202)
        message = bob.next_message()
        self.assertEqual(message.find("{jabber:client}body").text, "Backup failed: 1+1 < 100% & more")

    def test_an_alert_in_its_own_json_is_refused_by_its_keys_and_sends_nothing(self):
        for path in (MESSAGE, "/rest", "/rest/echo"):
            status, text = self.told("--json", ALERT, "-H", "Accept: */*", path=path)
            self.assertEqual((status, "(status, title)" in text), (422, True), text)
        self.assertEqual(self.told("-d", "title=Disk full", path=MESSAGE)[0], 422)
        status, text = self.told("-d", "usage=95%", path=MESSAGE)
        self.assertIn("text/plain", text)

    def test_broken_json_broken_xml_two_roots_and_an_unknown_path_have_four_texts(self):
        xml = ("-H", f"Content-Type: {XML}")
        told = [self.told("--json", '{"body": "Hi",\n}', path=MESSAGE), self.told(*xml, "-d", "<message>\n</iq>"),
                self.told(*xml, "-d", "<message/><message/>"),
                self.told("--json", '{"body":"Hi"}', path="/rest/nonsense")]
        self.assertEqual({status for status, _ in told}, {400})
        parts = ("line 2, column 1", "line 2, column 3", "second root element", "'/rest/nonsense'")
        for (_, text), part in zip(told, parts):
            self.assertIn(part, text)
        self.assertEqual(len({text for _, text in told}), 4)

    def test_a_media_type_that_is_not_taken_is_answered_with_those_that_are(self):
        status, text = self.told("-H", "Content-Type: application/yaml", "-d", "body: Hi", path=MESSAGE)
        self.assertEqual(status, 415)
        for part in ("'application/yaml'", "application/json", "text/plain", XML):
            self.assertIn(part, text)

    def test_errors_are_html_only_where_it_is_asked_for_by_name(self):
        for accept, media_type in (("*/*", "application/json"), ("text/html", "text/html"),
                                   ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html")):
            self.assertEqual(self.curl("--json", "{", "-H", f"Accept: {accept}")[:2], (400, media_type))
        self.assertEqual(self.curl("-H", f"Content-Type: {XML}", "-d", "<")[:2], (400, XML))
        self.assertEqual(self.curl("-d", "Hi", path=MESSAGE, user="nobody:wrong")[:2], (401, "application/json"))

    def test_an_address_that_is_refused_says_how_its_character_is_escaped(self):
        for arguments, path in ((("--json", '{"to":"a b@localhost","body":"Hi"}'), "/rest"),
                                (("-H", f"Content-Type: {XML}", "-d", "<message to='a b@localhost'/>"), "/rest"),
                                (("-d", "Hi"), "/rest/message/chat/a%20b@localhost")):
            status, text = self.told(*arguments, path=path)
            self.assertEqual(status, 422)
            self.assertIn("a space", text)
            self.assertIn("'\\20'", text)
        self.assertEqual(self.curl("-d", "Hi", path="/rest/message/chat/a%5C20b@localhost")[0], 202)

    def test_cors_headers_are_for_pages(self):
        def allowed(*arguments):
            status, _, head = self.curl("-i", *arguments, path="/rest/health")
            self.assertEqual(status, 200)
            return "access-control-allow-origin: *" in head.lower()
        self.assertFalse(allowed())
        self.assertTrue(allowed("-H", "Origin: https://app.example"))
        self.assertTrue(allowed("-X", "OPTIONS"))

    def test_what_pages_of_strangers_make_a_browser_send_is_refused_with_the_remedy(self):
        for site in (("-H", "Origin: https://evil.example"), ("-H", "Origin: null"), ()):
            page = (*site, "-H", "Sec-Fetch-Site: cross-site")
            for arguments, path in ((("-d", "body=Hi"), MESSAGE), (("-F", "body=Hi"), MESSAGE),
                                    (("-H", "Content-Type: text/plain", "-d", "Hi"), MESSAGE),
                                    ((), "/rest/ping/bob@localhost"), (("-I",), "/rest/ping/bob@localhost"),
                                    ((), "/rest/archive/bob@localhost"), (("-X", "DELETE"), "/rest/deliveries"),
                                    (("-X", "POST"), "/rest/endpoints/default/pause")):
                status, _, text = self.curl(*page, *arguments, path=path)
                self.assertEqual(status, 403, (page, arguments, path))
                if "-I" not in arguments:
                    self.assertIn("'rest_cors_origins'", text)
        page = ("-H", "Origin: https://any.example", "-H", "Sec-Fetch-Site: cross-site")
        self.assertEqual(self.curl(*page, "--json", '{"body":"Hi"}', path=MESSAGE)[0], 202)
        own = ("-H", "Origin: http://" + self.host.http)
        self.assertEqual(self.curl(*own, "-d", "body=Hi", path=MESSAGE)[0], 202)


if __name__ == "__main__":
    unittest.main(verbosity=2)
