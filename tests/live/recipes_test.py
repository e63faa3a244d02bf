#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The recipes of examples/recipes.md with the real programs: the bots in JSON and of curl, Alertmanager, a cron job's failure.

Threads: the test's thread, besides those of the support package.
Ownership: the module owns one host, the bot on its webhook and one client; each test owns what it adds.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from support.deadline import DEADLINE, wait_until
from support.host import Host, local_mode
from support.process import Program, accepts, free_ports, installed
from support.webhook import Answer, Webhook
from support.xml_data import body_of
from support.xmpp_client import XmppClient

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
TOKEN = secrets.token_hex(24)
BOT_TOKEN = secrets.token_hex(24)
NAME = "prometheus-alertmanager"


def example(name, *arguments, **environment):
    """A program of the examples that serves HTTP, and its address."""
    program = Program(name, [sys.executable, str(EXAMPLES / name), "--port", "0", *arguments], env={**os.environ, **environment})
    unittest.addModuleCleanup(program.kill)
    return program, program.wait_for_line(r"listening on http://(\S+?)/")[1]


def setUpModule():
    global host, bot, bot_address, alice
    bot, bot_address = example("json_bot.py", RESTANZA_SECRET=SECRET)
    host = Host(local_mode(), settings={
        "rest_callbacks": [{"name": "bot", "url": f"http://{bot_address}/stanzas", "content_type": "json",
                            "secrets": [SECRET], "stanzas": ["message"], "to": ["bot@rest.localhost"]}],
        "updates": [{"name": "default", "to": ["curl@rest.localhost"]}],
        "rest_tokens": [{"name": "alerts", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
                         "from": ["alerts@rest.localhost"], "rights": ["send"]},
                        {"name": "bot", "sha256": hashlib.sha256(BOT_TOKEN.encode()).hexdigest(),
                         "from": ["curl@rest.localhost"], "rights": ["receive", "send"]}]})
    unittest.addModuleCleanup(host.close)
    alice = XmppClient("alice@localhost", "wonder", host.c2s_address).login()
    unittest.addModuleCleanup(alice.close)


def post(address, body, headers=None):
    connection = http.client.HTTPConnection(address, timeout=DEADLINE)
    try:
        connection.request("POST", "/", body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class BotInJson(unittest.TestCase):
    def signed(self, webhook_id, text, secret=SECRET, age=0):
        """A post as Restanza makes it, by code of the test's own."""
        body = json.dumps({"kind": "message", "type": "chat", "from": "alice@localhost", "body": text})
        stamp = str(int(time.time()) - age)
        digest = hmac.digest(base64.b64decode(secret[len("whsec_"):]), f"{webhook_id}.{stamp}.{body}".encode(), "sha256")
        return post(bot_address, body, {"webhook-id": webhook_id, "webhook-timestamp": stamp,
                                        "webhook-signature": "v1,b2xk v1," + base64.b64encode(digest).decode()})

    def test_it_answers_a_real_client(self):
        alice.send("<message xmlns='jabber:client' type='chat' to='bot@rest.localhost'><body>Caf\u00e9?</body></message>")
        reply = alice.next_message()
        self.assertEqual((body_of(reply), reply.get("from"), reply.get("type")),
                         ("You said: Caf\u00e9?", "bot@rest.localhost", "chat"))

    def test_it_answers_a_post_that_comes_again_and_does_not_act_twice(self):
        first, second = self.signed("msg_1", "Pay"), self.signed("msg_1", "Pay")
        self.assertEqual(first, (200, b'{"type": "chat", "body": "You said: Pay"}'))
        self.assertEqual(second, first)
        bot.wait_for_line("^got msg_1 ")
        bot.wait_for_line("^again msg_1 ")
        self.assertEqual(sum(line.startswith("got msg_1 ") for line in bot.lines()), 1)

    def test_it_refuses_what_was_not_signed_by_its_secret(self):
        other = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.assertEqual(self.signed("msg_2", "Pay", other)[0], 401)
        self.assertEqual(post(bot_address, '{"kind": "message"}')[0], 401)
        self.assertEqual(post(bot_address, "{}", {"webhook-id": "a", "webhook-timestamp": "soon", "webhook-signature": "v1,"})[0], 401)

    def test_it_refuses_what_was_signed_long_ago(self):
        self.assertEqual(self.signed("msg_3", "Pay", age=310)[0], 401)
        self.assertEqual(self.signed("msg_3", "Pay", age=250)[0], 200)

    def test_it_does_not_start_without_a_secret(self):
        done = subprocess.run([sys.executable, str(EXAMPLES / "json_bot.py")], capture_output=True, text=True, timeout=DEADLINE,
                              env={"PATH": os.environ["PATH"]}, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("RESTANZA_SECRET", done.stderr)


class Alertmanager(unittest.TestCase):
    def receiver(self, token=TOKEN):
        return example("alertmanager_receiver.py", "--to", "alice@localhost", "--rest", f"http://{host.http}/rest",
                       RESTANZA_TOKEN=token)

    def alertmanager(self, receiver):
        """A real Alertmanager with the recipe's configuration; the address of its interface."""
        directory = tempfile.TemporaryDirectory(prefix="restanza-alertmanager-")
        self.addCleanup(directory.cleanup)
        text = (EXAMPLES / "recipes.md").read_text(encoding="utf-8")
        configuration = re.search(r"^```yaml\n# alertmanager.yml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
        self.assertIn("127.0.0.1:9094", configuration)
        soon = "route:\n  group_wait: 0s\n  group_interval: 1s\n"
        pathlib.Path(directory.name, "alertmanager.yml").write_text(
            configuration.replace("127.0.0.1:9094", receiver).replace("route:\n", soon), encoding="utf-8")
        port, = free_ports(1)
        program = Program(NAME, [installed(NAME), f"--config.file={directory.name}/alertmanager.yml",
                                 f"--storage.path={directory.name}/data", f"--web.listen-address=127.0.0.1:{port}",
                                 "--cluster.listen-address="])
        self.addCleanup(program.kill)
        wait_until(lambda: accepts(port), "Alertmanager listens")
        return f"127.0.0.1:{port}"

    def raise_alert(self, address, **more):
        connection = http.client.HTTPConnection(address, timeout=DEADLINE)
        self.addCleanup(connection.close)
        alert = {"labels": {"alertname": "DiskFull", "severity": "critical", "instance": "db1"},
                 "annotations": {"summary": "/var is 97 % full"}, **more}
        connection.request("POST", "/api/v2/alerts", json.dumps([alert]), {"Content-Type": "application/json"})
        self.assertEqual(connection.getresponse().status, 200)

    def test_a_firing_alert_and_its_end_arrive_in_a_real_client(self):
        if not installed(NAME):
            self.skipTest(f"the package {NAME} is missing")
        _, receiver = self.receiver()
        address = self.alertmanager(receiver)
        self.raise_alert(address)
        message = alice.next_message()
        self.assertEqual((body_of(message), message.get("from")),
                         ("FIRING DiskFull (critical) on db1: /var is 97 % full", "alerts@rest.localhost"))
        # An alert ends at the time that it says; this one has ended.
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.raise_alert(address, endsAt=now)
        self.assertEqual(body_of(alice.next_message()), "RESOLVED DiskFull (critical) on db1: /var is 97 % full")

    def test_what_restanza_does_not_take_is_502_so_that_it_comes_again(self):
        program, receiver = self.receiver(token="wrong")
        self.assertEqual(post(receiver, json.dumps({"alerts": [{"labels": {"alertname": "A"}}]}))[0], 502)
        program.wait_for_line("Restanza answered 401")

    def test_what_is_not_alertmanagers_is_400(self):
        _, receiver = self.receiver()
        for body in ("", "[]", "{}", '{"alerts": 7}', '{"alerts": [7]}', "\0"):
            with self.subTest(body=body):
                self.assertEqual(post(receiver, body)[0], 400)


class BotOfCurl(unittest.TestCase):
    def run_bot(self, token=BOT_TOKEN):
        directory = tempfile.TemporaryDirectory(prefix="restanza-curl-bot-")
        self.addCleanup(directory.cleanup)
        header = pathlib.Path(directory.name, "bot.header")
        header.write_text(f"Authorization: Bearer {token}\n", encoding="utf-8")
        program = Program("curl_bot", [EXAMPLES / "curl_bot"], env={
            "PATH": os.environ["PATH"], "RESTANZA_REST": f"http://{host.http}/rest", "RESTANZA_HEADER": str(header)})
        self.addCleanup(program.kill)
        # With what it runs; the group is its own.
        self.addCleanup(os.killpg, program.pid, signal.SIGKILL)
        return program

    def ask(self, body, kind="chat", more=""):
        alice.send(f"<message to='curl@rest.localhost' type='{kind}'>{more}<body>{body}</body></message>")

    def test_each_message_is_answered_as_it_was_said(self):
        self.run_bot()
        said = ["Hi", "@/etc/hostname", 'a "quoted" \\n \\ $(id) `id` %s', "tab\there", "two\nlines\n", " ", "\u00e4\U0001f44d", "x" * 150_000]
        for body in said:
            self.ask(body)
        for body in said:
            message = alice.next_message()
            self.assertEqual((body_of(message), message.get("from"), message.get("type")),
                             ("You said: " + body, "curl@rest.localhost", "chat"))

    def test_errors_and_what_has_no_body_are_not_answered(self):
        self.run_bot()
        self.ask("an error", "error", "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
        alice.send("<message to='curl@rest.localhost' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
                   "<presence to='curl@rest.localhost'/>")
        self.ask("a message", "normal")
        self.assertEqual(body_of(alice.next_message()), "You said: a message")

    def test_a_wrong_token_is_told(self):
        self.run_bot(token="wrong").wait_for_line("error: 401", source="err")


class Cron(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-cron-")
        self.addCleanup(directory.cleanup)
        self.header = pathlib.Path(directory.name, "cron.header")
        self.header.write_text(f"Authorization: Bearer {TOKEN}\n", encoding="utf-8")

    def run_job(self, script, rest=None):
        """post_failure around a job, as cron would run it: by sh, with little in its environment."""
        environment = {"PATH": os.environ["PATH"], "RESTANZA_REST": rest or f"http://{host.http}/rest",
                       "RESTANZA_TO": "alice@localhost", "RESTANZA_HEADER": str(self.header)}
        return subprocess.run([str(EXAMPLES / "post_failure"), "backup", "sh", "-c", script], capture_output=True,
                              timeout=4 * DEADLINE, env=environment, check=False)

    def test_a_failure_arrives_with_what_was_said(self):
        done = self.run_job(r"echo copying; printf 'no space \033[1mleft\033[0m \377\n' >&2; exit 3")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, b"", b""))
        message = alice.next_message()
        self.assertEqual((body_of(message), message.get("from")),
                         ("backup failed with 3\ncopying\nno space [1mleft[0m \n", "alerts@rest.localhost"))

    def test_a_success_sends_nothing(self):
        self.assertEqual(self.run_job("echo fine").returncode, 0)
        self.run_job("exit 1")
        self.assertEqual(body_of(alice.next_message()), "backup failed with 1\n\n")

    def test_a_wrong_token_is_told_to_cron(self):
        self.header.write_text("Authorization: Bearer wrong\n", encoding="utf-8")
        done = self.run_job("exit 1")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"401", done.stderr)

    def test_all_tries_have_one_key(self):
        answers = iter([Answer(503, None, b""), Answer(202, None, b"")])
        webhook = Webhook(lambda _: next(answers))
        self.addCleanup(webhook.close)
        self.assertEqual(self.run_job("exit 1", f"http://127.0.0.1:{webhook.port}/rest").returncode, 1)
        first, second = webhook.next_post(), webhook.next_post()
        self.assertTrue(first.headers["Idempotency-Key"].startswith("backup-"))
        self.assertEqual(second.headers["Idempotency-Key"], first.headers["Idempotency-Key"])
        self.assertEqual(second.body, first.body)

    def test_the_recipe_shows_the_scripts_own_line(self):
        def words(text):
            return text.replace("\\\n", " ").split()
        shown = re.search(r"^```sh\n(curl .*?)^```$", (EXAMPLES / "recipes.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
        script = (EXAMPLES / "post_failure").read_text(encoding="utf-8")
        self.assertIn(" ".join(words(shown)), " ".join(words(script)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
