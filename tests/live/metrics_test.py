#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The metrics after real traffic: Prometheus' own promtool accepts them, and they move with what happens.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its webhook and its host.
"""
import re
import subprocess
import threading
import unittest

from support.deadline import DEADLINE, wait_until
from support.linked import start_linked
from support.process import free_ports, installed
from support.webhook import Webhook

SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics(unittest.TestCase):
    def setUp(self):
        self.port = free_ports(1)[0]
        start_linked(self, {"rest_callbacks": [{"name": "bot", "url": f"http://127.0.0.1:{self.port}/{{kind}}"}]})

    def text(self):
        response = self.host.rest.request("GET", "/rest/metrics")
        self.assertEqual(response.status, 200, response.body)
        self.assertEqual(response.headers.get_content_type(), "text/plain")
        return response.body.decode()

    def value(self, name, **labels):
        """The sum of the samples of that name that have these labels; None where there is none."""
        found = [float(match[3]) for match in map(SAMPLE.match, self.text().splitlines())
                 if match and match[1] == name and labels.items() <= dict(LABEL.findall(match[2] or "")).items()]
        return sum(found) if found else None

    def wait_for(self, value, name, **labels):
        wait_until(lambda: self.value(name, **labels) == value, f"{name} {labels} is {value}")

    def send(self, text):
        self.server.send_raw(f"<message from='alice@example.org/r' to='bot@rest.localhost' type='chat'>"
                             f"<body>{text}</body></message>")

    def traffic(self):
        """Something of everything: a delivery that waits and then arrives, a request, a refusal, a missing path."""
        self.send("one")
        self.wait_for(1, "restanza_webhook_queued", endpoint="bot")
        webhook = Webhook(port=self.port)
        self.addCleanup(webhook.close)
        webhook.next_post()
        self.assertEqual(self.host.rest.post("<message to='alice@example.org'/>").status, 202)
        self.assertEqual(self.host.rest.post("<message").status, 400)
        self.assertEqual(self.host.rest.request("DELETE", "/rest/no/such/path").status, 404)
        self.assertEqual(self.host.rest.request("GET", "/rest/metrics", authorized=False).status, 401)

    def test_promtool_accepts_them(self):
        self.assertTrue(installed("promtool"), "promtool is not installed; the package is prometheus")
        self.traffic()
        done = subprocess.run(["promtool", "check", "metrics"], input=self.text(), capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_promtool_would_not_accept_anything(self):
        wrong = "restanza_things 1\n# TYPE restanza_things counter\n"
        done = subprocess.run(["promtool", "check", "metrics"], input=wrong, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_a_delivery_that_waits_shows_in_depth_and_age_until_it_has_arrived(self):
        self.assertEqual(self.value("restanza_webhook_queued", endpoint="bot"), 0)
        self.send("one")
        self.send("two")
        self.wait_for(2, "restanza_webhook_queued", endpoint="bot")
        wait_until(lambda: self.value("restanza_webhook_oldest_age_seconds", endpoint="bot") > 0, "it grows older")
        wait_until(lambda: self.value("restanza_webhook_requests_total", outcome="unavailable") > 0, "it was tried")
        webhook = Webhook(port=self.port)
        self.addCleanup(webhook.close)
        self.wait_for(2, "restanza_webhook_requests_total", endpoint="bot", outcome="delivered")
        self.wait_for(0, "restanza_webhook_queued", endpoint="bot")
        self.assertEqual(self.value("restanza_webhook_oldest_age_seconds", endpoint="bot"), 0)
        tried = self.value("restanza_webhook_requests_total", endpoint="bot")
        self.assertEqual(self.value("restanza_webhook_request_duration_seconds_count", endpoint="bot"), tried)

    def test_requests_and_refusals_are_counted(self):
        before = self.value("restanza_refusals_total", condition="not-well-formed")
        self.traffic()
        self.assertEqual(self.value("restanza_refusals_total", condition="not-well-formed"), before + 1)
        self.assertEqual(self.value("restanza_http_requests_total", resource="stanza", method="POST", code="202"), 1)
        self.assertEqual(self.value("restanza_http_requests_total", resource="stanza", code="400"), 1)
        self.assertEqual(self.value("restanza_http_requests_total", resource="metrics", code="401"), 1)
        self.assertGreaterEqual(self.value("restanza_http_request_duration_seconds_count", resource="stanza"), 2)

    def test_an_iq_that_waits_and_the_state_of_the_link_are_shown(self):
        self.assertEqual((self.value("restanza_link_up"), self.value("restanza_iqs_pending")), (1, 0))
        asking = threading.Thread(target=self.host.rest.post, daemon=True, args=(
            "<iq type='get' id='q1' to='alice@example.org'><ping xmlns='urn:xmpp:ping'/></iq>",))
        asking.start()
        self.wait_for(1, "restanza_iqs_pending")
        self.server.send_raw("<iq type='result' id='q1' from='alice@example.org' to='rest.localhost'/>")
        asking.join()
        self.wait_for(0, "restanza_iqs_pending")
        self.server.drop()
        self.wait_for(0, "restanza_link_up")
        self.server.log_in()
        self.wait_for(1, "restanza_link_up")


if __name__ == "__main__":
    unittest.main(verbosity=2)
