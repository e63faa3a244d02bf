#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the documents tell a reader to do, done: the curl lines, the routes, the JSON, the configurations, the bot.

Threads: the test's thread, besides those of the support package.
Ownership: the module owns one host with the example's configuration and the echo bot on its webhook.
"""
import base64
import hmac
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

from support.deadline import DEADLINE
from support.host import PROGRAM, READY, sanitized_environment
from support.process import Program, free_ports
from support.rest_client import XML, RestClient
from support.xml_data import body_of, parse
from support.xmpp_client import XmppClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
API = ROOT / "plugin" / "doc" / "http-api.md"
JSON = ROOT / "plugin" / "doc" / "json.md"
WEBHOOKS = ROOT / "plugin" / "doc" / "webhooks.md"
HTTP_PORT, C2S_PORT, BOT_PORT = "5280", "5222", "9999"  # in the documents; tests take free ones


def blocks(path, language):
    """The code blocks of a document, without their indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def rows(path, section):
    """The rows of the table in a section, each as its cells."""
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
    lines = [line for line in text.split("\n") if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def code(cell):
    return re.findall(r"`([^`]+)`", cell)


def with_ports(text, ports):
    for shown, used in ports.items():
        text = text.replace(f":{shown}", f":{used}")
    return text


def started(configuration, directory):
    """A host with this configuration; the program and its addresses."""
    path = f"{directory}/restanza.toml"
    pathlib.Path(path).write_text(configuration, encoding="utf-8")
    program = Program("restanza-host", [PROGRAM, "--config", path],
                      env={**sanitized_environment(), "STATE_DIRECTORY": f"{directory}/state"})
    unittest.addModuleCleanup(program.stop)
    return program, program.wait_for_line(READY, source="out")


def setUpModule():
    global ports, host, rest
    directory = tempfile.TemporaryDirectory(prefix="restanza-documents-")
    unittest.addModuleCleanup(directory.cleanup)
    http, c2s, bot_port = free_ports(3)
    ports = {HTTP_PORT: http, C2S_PORT: c2s, BOT_PORT: bot_port}
    bot = Program("echo bot", [sys.executable, str(ROOT / "examples" / "echo_bot.py"), "--port", str(bot_port)])
    unittest.addModuleCleanup(bot.kill)
    bot.wait_for_line("listening on")
    configuration = (ROOT / "examples" / "restanza.toml").read_text(encoding="utf-8")
    host, _ = started(with_ports(configuration, ports), directory.name)
    rest = RestClient(f"127.0.0.1:{http}", "rest.localhost", "bridge-secret")


class CurlLines(unittest.TestCase):
    """A comment `# 202: ...` stands above a line and says what it is answered with."""

    def status_of(self, variables, line):
        script = with_ports(f"{variables}\n{line} --silent --show-error --max-time {DEADLINE:g}", ports)
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=2 * DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return re.findall(r"^HTTP/1\.1 (\d+)", done.stdout, re.MULTILINE)[-1], done.stdout

    def test_each_is_answered_with_the_status_above_it(self):
        parts = "\n".join(blocks(API, "sh")).replace("\\\n", "").split("\n\n")
        variables = next(part for part in parts if part.startswith("rest="))
        lines = [(found[1], found[2]) for part in parts for found in [re.match(r"# (\d+): .*\n(curl .*)$", part.strip())] if found]
        curls = [line for line in "\n".join(parts).split("\n") if line.startswith("curl ")]
        self.assertEqual([line for _, line in lines], curls, "a line without its status")
        self.assertGreater(len(lines), 15)
        for status, line in lines:
            with self.subTest(line=line):
                answered, output = self.status_of(variables, line)
                self.assertEqual(answered, status, output)


class Routes(unittest.TestCase):
    def test_each_takes_the_methods_of_the_table_and_no_others(self):
        listed = {}
        for cells in rows(API, "Routes"):
            method, path = code(cells[0])[0].split(" ")
            listed.setdefault(path, set()).add(method)
        example = {"{kind}": "message", "{type}": "chat", "{to}": "bob@localhost", "{query}": "ping", "{id}": "msg_1", "{name}": "default"}
        for path, methods in listed.items():
            with self.subTest(path=path):
                asked = re.sub(r"\{\w+\}", lambda field: example[field[0]], path)
                allowed = set(rest.request("OPTIONS", asked).headers["Allow"].split(", "))
                self.assertEqual(allowed - {"HEAD", "OPTIONS"}, methods)

    def test_what_needs_a_right_needs_it(self):
        for cells in rows(API, "Routes"):
            method, path = code(cells[0])[0].split(" ")
            status = rest.request(method, re.sub(r"\{\w+\}", "x", path), authorized=False).status
            with self.subTest(route=cells[0]):
                self.assertEqual(status, 200 if cells[1] == "none" else 401)


class Json(unittest.TestCase):
    KINDS = {"Every stanza": "message", "Messages": "message", "Presence": "presence", "Iqs": "iq"}

    # (kind, key): what is written in a short form and read as the whole of it, or under the key of the whole; and what
    # an endpoint does not see.
    READ_OTHERWISE = {("message", "dataform"), ("message", "formdata"), ("message", "receipt_request"), ("presence", "join"),
                      ("iq", "command"), ("iq", "archive"), ("iq", "lastactivity")}

    def echoed(self, kind, key, value):
        """The answer to a stanza with this key, in XML."""
        given = {"kind": kind, "to": "bob@localhost", key: value}
        if kind == "iq":
            given["type"] = "get"
        answer = rest.request("POST", "/rest/echo", json.dumps(given), "application/json", XML)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertNotIn("Unmapped-Keys", answer.headers)
        return answer.body

    def test_each_example_becomes_the_element_beside_it(self):
        for section, kind in self.KINDS.items():
            for key, example, xml in rows(JSON, section):
                value = json.loads(code(example)[0])
                with self.subTest(key=key, kind=kind):
                    stanza, named = parse(self.echoed(kind, code(key)[0], value)), code(xml)
                    if xml.startswith("attribute"):
                        name = {"lang": "{http://www.w3.org/XML/1998/namespace}lang"}.get(code(key)[0], code(key)[0])
                        self.assertEqual(stanza.get(name), value)
                    elif xml.startswith("an element of its name"):
                        self.assertEqual([each.tag for each in stanza], [f"{{{named[0]}}}{value}"])
                    else:
                        namespace = f"{{{named[1]}}}" if len(named) > 1 and ":" in named[1] else ""
                        self.assertEqual([each.tag for each in stanza], [namespace + named[0]])

    def test_the_element_of_each_example_is_read_as_the_example(self):
        read_otherwise = set()
        for section, kind in self.KINDS.items():
            for key, example, _ in rows(JSON, section):
                key, value = code(key)[0], json.loads(code(example)[0])
                with self.subTest(key=key, kind=kind):
                    answer = rest.request("POST", "/rest/echo", self.echoed(kind, key, value), XML, "application/json")
                    self.assertEqual(answer.status, 200, answer.body)
                    if json.loads(answer.body).get(key) != value:
                        read_otherwise.add((kind, key))
        self.assertEqual(read_otherwise, self.READ_OTHERWISE)


class Signatures(unittest.TestCase):
    def test_the_receivers_function_believes_the_right_secret_only(self):
        shown, = [block for block in blocks(WEBHOOKS, "python") if "def is_genuine" in block]
        names = {}
        exec(shown, names)  # as a reader would paste it
        key, now = b"0123456789abcdef01234567", int(time.time())
        secret = "whsec_" + base64.b64encode(key).decode()

        def genuine(with_key, stamp, body=b"{}"):
            digest = hmac.digest(with_key, f"msg_1.{stamp}.".encode() + b"{}", "sha256")
            headers = {"webhook-id": "msg_1", "webhook-timestamp": str(stamp),
                       "webhook-signature": "v1,b2xk v1," + base64.b64encode(digest).decode()}
            return names["is_genuine"](secret, headers, body)
        self.assertTrue(genuine(key, now))
        self.assertFalse(genuine(key[::-1], now))
        self.assertFalse(genuine(key, now, b"[]"))
        self.assertFalse(genuine(key, now - 310))


class Configurations(unittest.TestCase):
    DOCUMENTS = ("README.md", "server_stub/doc/configuration.md", "server_stub/doc/behind-a-server.md")

    def test_each_whole_configuration_passes_the_check(self):
        whole = [block for name in self.DOCUMENTS for block in blocks(ROOT / name, "toml") if "[[plugin]]" in block]
        self.assertEqual(len(whole), len(self.DOCUMENTS))
        for text in whole:
            with self.subTest(text=text), tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(text)
                file.flush()
                done = subprocess.run([PROGRAM, "--check", "--config", file.name], capture_output=True, text=True,
                                      timeout=DEADLINE, env=sanitized_environment(), check=False)
                self.assertEqual(done.returncode, 0, done.stderr)


class FirstBot(unittest.TestCase):
    """The README's bot, with its configuration and its curl line, talks with a real client."""

    def test_it_answers_and_writes_first(self):
        readme = ROOT / "README.md"
        bot_text, = blocks(readme, "python")
        configuration, = blocks(readme, "toml")
        curl, = [block for block in blocks(readme, "sh") if block.startswith("curl ")]
        http, c2s, bot_port = free_ports(3)
        own = {HTTP_PORT: http, C2S_PORT: c2s, BOT_PORT: bot_port}
        directory = tempfile.TemporaryDirectory(prefix="restanza-first-bot-")
        self.addCleanup(directory.cleanup)
        bot_path = pathlib.Path(directory.name, "bot.py")
        bot_path.write_text(bot_text.replace(BOT_PORT, str(bot_port)), encoding="utf-8")
        bot = Program("bot.py", [sys.executable, str(bot_path)])
        self.addCleanup(bot.kill)
        defaults = f'[http]\nlisten = "127.0.0.1:{http}"\n[xmpp]\nc2s = "127.0.0.1:{c2s}"\n'
        _, ready = started(defaults + with_ports(configuration, own).replace("[xmpp]\n", ""), directory.name)
        client = XmppClient("alice@localhost", "wonder", ("127.0.0.1", c2s)).login()
        self.addCleanup(client.close)
        client.send("<message xmlns='jabber:client' type='chat' to='bot@rest.localhost'><body>Hello</body></message>")
        reply = client.next_message()
        self.assertEqual((body_of(reply), reply.get("from")), ("You said: Hello", "bot@rest.localhost"))
        subprocess.run(["bash", "-euc", with_ports(curl, own)], timeout=DEADLINE, check=True, capture_output=True)
        self.assertEqual(body_of(client.next_message()), "Hello")


if __name__ == "__main__":
    unittest.main(verbosity=2)
