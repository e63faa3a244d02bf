#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The examples that mod_rest itself comes with, as they are, with the plugin inside Prosody: its bot `app.py`, and its command
`rest.sh`, of which only the way to a token is replaced.

MOD_REST_DIR as side_by_side.py says. Threads: the test's thread, besides those of the support package.
Ownership: a class owns its server and its bot; a test owns its clients.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import component_mode
from support.deadline import DEADLINE, wait_until
from support.process import Program, accepts, free_ports, installed
from support.servers.mod_rest import Unavailable, plugins_with_mod_rest
from support.servers.prosody_inside import ProsodyInside, ProsodyWithAccountsOverTls
from support.xml_data import body_of
from support.xmpp_client import error_condition

ACCOUNTS = component_mode.ACCOUNTS
PACKAGES = {"https": "httpie", "prosody": "prosody"}
BOT = "bot@rest.localhost"

# rest.sh logs in with a plugin of HTTPie that asks a person in a browser. Here a token is there already; all else goes to HTTPie.
HTTPS = """#!/bin/bash -eu
arguments=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -A) [[ $2 == oauth2 ]]; arguments+=(-A bearer); shift 2 ;;
    -a) [[ $2 == "$ASKED_HOST" ]]; arguments+=(-a "$TOKEN"); shift 2 ;;
    --oauth2-scope) shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done
exec "$REAL_HTTPS" --ignore-stdin --verify "$AUTHORITY" "${arguments[@]}"
"""


class Bot(component_mode.Clients, unittest.TestCase):
    """app.py behind rest_callback_url. It says JSON where it is probed, and knows four kinds of iq."""

    @classmethod
    def setUpClass(cls):
        port, = free_ports(1)
        cls.app = Program("app.py", [sys.executable, "-m", "flask", "--app", f"{EXAMPLES}/app.py", "run", "--port", str(port)],
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        cls.addClassCleanup(cls.app.kill)
        wait_until(lambda: accepts(port), "the bot listens")
        cls.server = ProsodyInside(ACCOUNTS, {"rest_callback_url": f"http://127.0.0.1:{port}/api"})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def query(self, namespace, name="query"):
        answer = self.login().query(BOT, namespace, name)
        self.assertEqual(answer.get("from"), BOT)
        return answer

    def test_it_answers_a_message(self):
        alice = self.login()
        alice.send(f"<message xmlns='jabber:client' type='chat' id='m1' to='{BOT}'><body>Hi</body></message>")
        reply = alice.next_message()
        self.assertEqual((body_of(reply), reply.get("from")), ("Yes this is flask app", BOT))

    def test_it_answers_a_ping_and_tells_its_version_its_features_and_its_items(self):
        self.assertEqual(self.query("urn:xmpp:ping", "ping").get("type"), "result")
        self.assertEqual(self.query("jabber:iq:version")[0].findtext("{jabber:iq:version}name"), "app.py")
        info = "http://jabber.org/protocol/disco#info"
        said = self.query(info)[0]
        self.assertEqual(said.find(f"{{{info}}}identity").get("name"), "Flask app")
        self.assertIn("urn:xmpp:ping", [feature.get("var") for feature in said.iter(f"{{{info}}}feature")])
        items = "http://jabber.org/protocol/disco#items"
        self.assertEqual([item.get("jid") for item in self.query(items)[0]], ["example.org"])

    def test_what_it_does_not_know_is_an_error(self):
        answer = self.query("urn:example:unknown")
        self.assertEqual((answer.get("type"), error_condition(answer)), ("error", "feature-not-implemented"))


class Command(component_mode.Clients, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ProsodyWithAccountsOverTls(ACCOUNTS)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        directory = tempfile.TemporaryDirectory(prefix="restanza-rest.sh-")
        cls.addClassCleanup(directory.cleanup)
        with open(f"{directory.name}/https", "w", encoding="utf-8") as wrapper:
            wrapper.write(HTTPS)
        os.chmod(wrapper.name, 0o755)
        address = cls.server.rest.address
        with open(f"{directory.name}/restrc", "w", encoding="utf-8") as settings:
            settings.write(f"HOST={address}\n")
        cls.environment = {**os.environ, "PATH": f"{directory.name}:{os.environ['PATH']}", "XDG_CONFIG_HOME": directory.name,
                           "HTTPIE_CONFIG_DIR": directory.name, "REAL_HTTPS": installed("https"), "ASKED_HOST": address,
                           "AUTHORITY": cls.server.authority, "TOKEN": cls.server.issue("alice")}

    def run_it(self, *arguments):
        return subprocess.run(["/bin/bash", f"{EXAMPLES}/rest.sh", *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=DEADLINE, check=False)

    def answer(self, *arguments):
        done = self.run_it(*arguments)
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def test_it_sends_a_message_as_whoever_has_logged_in(self):
        bob = self.login("bob")
        done = self.run_it("kind=message", "type=chat", f"to={bob.jid}", "body=Hi")
        self.assertEqual((done.returncode, done.stdout), (0, b""), done)
        message = bob.next_message()
        self.assertEqual((body_of(message), message.get("from").partition("/")[0]), ("Hi", "alice@localhost"))

    def test_it_asks_with_json_and_with_a_path(self):
        self.assertEqual(self.answer("kind=iq", "type=get", "to=localhost", "ping:=true")["type"], "result")
        for answer in (self.answer("kind=iq", "type=get", "to=localhost", "disco:=true"), self.answer("/disco/localhost")):
            self.assertIn("urn:xmpp:ping", answer["disco"]["features"])

    def test_what_cannot_be_sent_is_told_by_its_exit_code(self):
        done = self.run_it("kind=message", "to=bob@localhost", "from=bob@localhost", "body=Hi")
        self.assertEqual(done.returncode, 4, done)


def skip(why):
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(component_mode.SKIPPED)


if __name__ == "__main__":
    for program, package in PACKAGES.items():
        if not installed(program):
            skip(f"the Debian package {package} is not installed")
    try:
        import flask  # noqa: F401 (the bot needs it)
    except ImportError:
        skip("the Debian package python3-flask is not installed")
    try:
        EXAMPLES = plugins_with_mod_rest(os.environ.get(
            "MOD_REST_DIR", os.path.expanduser("~/.cache/restanza/prosody-modules"))) + "/mod_rest/example"
    except Unavailable as reason:
        skip(reason)
    unittest.main(verbosity=2)
