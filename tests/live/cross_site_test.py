#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What pages of strangers make the browser of somebody who has logged in send: it is refused before anything is done.

Threads: the test's thread.
Ownership: each test owns its server and its host.
"""
import hashlib
import json
import unittest

from support.linked import start_linked
from support.xml_data import body_of

NAMED = "https://app.example"
STRANGERS = ("https://evil.example", "null")
FORM = "application/x-www-form-urlencoded"
# What a page can send without asking first.
FORMS = ((FORM, "body=evil"), ("text/plain", "evil"),
         ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nevil\r\n--x--"))
MESSAGE = "/rest/message/chat/alice@example.org"
PAUSE = "/rest/endpoints/default/pause"


class CrossSite(unittest.TestCase):
    def start(self, **settings):
        start_linked(self, {"rest_callback_url": "http://127.0.0.1:9/", "rest_tokens": [
            {"name": "script", "sha256": hashlib.sha256(b"t0ken").hexdigest()}], **settings})

    def ask(self, method, path, headers, body=None, content_type=None):
        """With the password that the browser knows, unless the headers say something else."""
        return self.host.rest.request(method, path, body, content_type, authorized="Authorization" not in headers,
                                      headers=headers)

    def assert_refused(self, method, path, headers, body=None, content_type=None):
        answer = self.ask(method, path, headers, body, content_type)
        self.assertEqual(answer.status, 403, f"{method} {path} with {headers} as {content_type}: {answer.body!r}")
        return answer

    def assert_nothing_was_done(self):
        """No endpoint is paused, and what is sent next reaches the server next."""
        listed = json.loads(self.host.rest.request("GET", "/rest/endpoints").body)
        self.assertNotEqual(listed["endpoints"][0]["state"], "paused")
        self.assertEqual(self.ask("POST", MESSAGE, {}, "body=good", FORM).status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), "good")

    def test_a_page_of_an_origin_that_is_not_named_does_nothing_at_all(self):
        self.start(rest_cors_origins=[NAMED])
        for origin in STRANGERS:
            page = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
            for content_type, body in FORMS:
                self.assert_refused("POST", MESSAGE, page, body, content_type)
            self.assert_refused("POST", PAUSE, page)
            self.assert_refused("GET", "/rest/endpoints", page)
            self.assert_refused("GET", "/rest/ping/alice@example.org", {"Origin": origin})
        self.assert_nothing_was_done()
        self.assertEqual(self.ask("POST", MESSAGE, {"Origin": NAMED}, "body=named", FORM).status, 202)
        self.assertEqual(body_of(self.server.next_stanza()), "named")

    def test_without_an_origin_what_another_sites_page_would_send_ask_or_steer_is_refused(self):
        self.start()
        image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        self.assert_refused("GET", "/rest/ping/alice@example.org", image)
        self.assert_refused("GET", "/rest/archive/alice@example.org", image)
        self.assert_refused("POST", PAUSE, image)
        for content_type, body in FORMS:
            self.assert_refused("POST", MESSAGE, image, body, content_type)
        self.assertEqual(self.ask("GET", "/rest/endpoints", image).status, 200)  # it looks, and the page sees nothing
        self.assert_nothing_was_done()

    def test_where_every_origin_may_ask_forms_with_a_password_are_refused_and_scripts_with_a_token_are_not(self):
        self.start()
        for origin in STRANGERS:
            for content_type, body in FORMS:
                self.assert_refused("POST", MESSAGE, {"Origin": origin}, body, content_type)
        self.assert_nothing_was_done()
        script = self.ask("POST", MESSAGE, {"Origin": STRANGERS[0], "Authorization": "Bearer t0ken"}, "body=script", FORM)
        self.assertEqual((script.status, script.headers["Access-Control-Allow-Origin"]), (202, "*"))
        self.assertEqual(body_of(self.server.next_stanza()), "script")

    def test_what_needs_the_right_admin_never_says_that_every_page_may_ask(self):
        self.start()
        for method, path in (("GET", "/rest/deliveries"), ("GET", "/rest/metrics"), ("POST", PAUSE), ("OPTIONS", PAUSE)):
            for headers in ({}, {"Origin": STRANGERS[0]}):
                self.assertIsNone(self.ask(method, path, headers).headers["Access-Control-Allow-Origin"], path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
