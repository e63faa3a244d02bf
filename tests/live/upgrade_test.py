#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The state directory of an earlier version under this program: what 0.1.0 left is delivered, shown and answered.

tests/support/state-0.1 was written by restanza-host 0.1.0. Nine messages came for three endpoints: `bot` got all but
one, which it refused until it was given up; `archive` was never up; `paused` was paused. Two requests had an
Idempotency-Key.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its copy of the directory, its webhook and its host.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

from support.deadline import DEADLINE
from support.host import PROGRAM, Host, local_mode, sanitized_environment
from support.rest_client import XML
from support.webhook import Webhook
from support.xml_data import body_of, parse

STATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "state-0.1")
ARRIVED = ["poison", "Hello 1 é", "Hello 2 é", "Hello 3 é", "tick", "tick", "tick", "tick", "tick"]


def copy_of_state(directory):
    """The directory as if the program had ended just now: a message that waits is given up after a day."""
    shutil.copytree(STATE, directory)
    os.chmod(directory, 0o700)
    with contextlib.closing(sqlite3.connect(f"{directory}/rest.localhost/journal.db")) as journal, journal:
        latest, = journal.execute("SELECT max(changed) FROM delivery").fetchone()
        passed = int(time.time() * 1000) - latest
        journal.execute("UPDATE delivery SET accepted = accepted + ?, changed = changed + ?", (passed, passed))
        journal.execute("UPDATE request_key SET started = started + ?", (passed,))


class Upgrade(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-upgrade-")
        self.addCleanup(directory.cleanup)
        self.state = f"{directory.name}/state"
        copy_of_state(self.state)
        self.endpoints = {name: Webhook() for name in ("bot", "archive", "paused")}
        for webhook in self.endpoints.values():
            self.addCleanup(webhook.close)

    def start(self):
        class Kept(Host):
            component_secret = None

        host = Kept(local_mode(), state_dir=self.state, settings={
            "component_secret_file": f"{self.state}/component-secret",
            "rest_callbacks": [{"name": name, "url": webhook.url} for name, webhook in self.endpoints.items()]})
        self.addCleanup(host.discard)
        with open(f"{self.state}/component-secret", encoding="ascii") as file:
            self.component = host.client("rest.localhost", file.read().strip())
        return host

    def bodies(self, name, count):
        return [body_of(parse(self.endpoints[name].next_post().body)) for _ in range(count)]

    def admin(self, method, path):
        response = self.component.request(method, path)
        self.assertLess(response.status, 300, response.body)
        return json.loads(response.body) if response.body else None

    def test_what_waited_is_delivered_what_was_stopped_stays_so_and_a_dead_letter_can_be_replayed(self):
        host = self.start()
        self.assertCountEqual(self.bodies("archive", 9), ARRIVED)

        dead = self.admin("GET", "/rest/deliveries?state=dead")["deliveries"]
        self.assertEqual([(each["endpoint"], each["last_error"]) for each in dead], [("bot", "it answered 500")])
        self.admin("POST", f"/rest/deliveries/{dead[0]['id']}/replay")
        self.assertEqual(self.bodies("bot", 1), ["poison"])

        self.assertFalse(self.endpoints["paused"].has_posts())
        self.admin("POST", "/rest/endpoints/paused/resume")
        self.assertCountEqual(self.bodies("paused", 9), ARRIVED)
        self.assertEqual(host.program.stop(), 0, host.program.transcript())

    def test_a_request_that_0_1_answered_gets_that_answer_again(self):
        self.start()
        response = self.component.request(
            "POST", "/rest", "<message to='bob@localhost' from='bot@rest.localhost' type='headline' id='keyed'>"
            "<body>asked once</body></message>", XML, headers={"Idempotency-Key": "key-1"})
        self.assertEqual((response.status, response.headers["Stanza-Id"]), (202, "keyed"))
        self.assertEqual(response.headers["Idempotency-Replayed"], "true")

    def test_the_queue_can_be_shown_before_the_first_start(self):
        shown = subprocess.run([PROGRAM, "--deliveries"], capture_output=True, text=True, timeout=DEADLINE, check=False,
                               env={**sanitized_environment(), "STATE_DIRECTORY": self.state})
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"archive +active +9 +0 ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
