#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Both hosts with both plugins: requests, stanzas, an iq that waits, a webhook, and the end.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its host.
"""
import re
import socket
import subprocess
import tempfile
import threading
import unittest

from minimal_host import DOMAIN, PLUGINS, SECRET, MinimalHost

from support.deadline import DEADLINE
from support.host import PROGRAM, READY, local_mode, sanitized_environment, section
from support.process import Program
from support.rest_client import RestClient
from support.webhook import Answer, Webhook
from support.xml_data import parse

XML = "application/xmpp+xml"
CHAT = "<message type='chat' id='m1' from='alice@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>"
MESSAGE = "<message to='bob@localhost' from='bot@rest.localhost'><body>a\nb</body></message>"
PING = "<iq type='get' id='p1' from='alice@localhost/r' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>"


def curl(address, stanza):
    """What the real curl program gets for a posted stanza: the status and the body."""
    output = subprocess.run(
        ["curl", "--silent", "--show-error", "--user", f"{DOMAIN}:{SECRET}", "--header", f"Content-Type: {XML}",
         "--data-binary", stanza, "--write-out", "\n%{http_code}", f"http://{address}/rest"],
        capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
    body, status = output.rsplit("\n", 1)
    return int(status), body


class Asking:
    """A posted stanza whose response is waited for on a thread of its own."""

    def __init__(self, rest, stanza):
        self._response = None
        self._thread = threading.Thread(target=self._ask, args=(rest, stanza), daemon=True)
        self._thread.start()

    def _ask(self, rest, stanza):
        self._response = rest.post(stanza)

    def response(self):
        self._thread.join(DEADLINE)
        return self._response


class MinimalHostMinimalPlugin(unittest.TestCase):
    def test_a_route_and_a_ping_are_answered(self):
        host = MinimalHost("minimal", {"greeting": "Good day"})
        self.addCleanup(host.program.kill)
        response = host.rest.request("GET", "/rest/hello")
        self.assertEqual((response.status, response.body), (200, b"Good day"))
        self.assertEqual(host.rest.request("DELETE", "/rest/hello").status, 405)
        self.assertEqual(host.rest.request("POST", "/rest/hello", "x").status, 413)
        self.assertEqual(host.rest.request("GET", "/rest/helloes").status, 404)
        host.receive(PING)
        host.sent("^<iq type='result' id='p1' from='rest.localhost' to='alice@localhost/r'/>$")
        host.receive(PING.replace("p1", "p2").replace("urn:xmpp:ping", "urn:x"))
        host.sent("^<iq type='error' id='p2'.*<service-unavailable ")
        host.close()

    def test_a_setting_that_there_is_not_is_named(self):
        host = MinimalHost("minimal", {"greting": "Hello"}, wait_ready=False)
        host.program.wait_for_line("error: create: .*greting")
        host.close(code=1)

    def test_what_is_no_plugin_is_refused(self):
        host = MinimalHost("/dev/null", wait_ready=False)
        host.program.wait_for_line("^error: /dev/null: ")
        host.close(code=1)


class MinimalHostHttp(unittest.TestCase):
    """What the host answers by itself, to bytes as they come."""

    @classmethod
    def setUpClass(cls):
        cls.host = MinimalHost("minimal")
        cls.addClassCleanup(cls.host.close)

    def status(self, request):
        address, port = self.host.address.split(":")
        with socket.create_connection((address, int(port)), DEADLINE) as connection:
            connection.sendall(request.encode())
            with connection.makefile("rb") as answer:
                return int(answer.readline().split()[1])

    def test_what_is_no_request_is_400(self):
        for request in ("nonsense\r\n\r\n", "GET rest HTTP/1.1\r\n\r\n", "GET /rest/hello HTTP/2\r\n\r\n",
                        "G(T /rest/hello HTTP/1.1\r\n\r\n", "GET /rest/hello HTTP/1.1\r\nNo colon\r\n\r\n",
                        "GET /rest/hello HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
                        "POST /rest/hello HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                        "POST /rest/hello HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"):
            with self.subTest(request=request):
                self.assertEqual(self.status(request), 400)

    def test_other_bodies_than_those_with_a_length_are_501(self):
        self.assertEqual(self.status("POST /rest/hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 501)

    def test_a_head_of_the_largest_size_is_read_and_one_byte_more_is_431(self):
        frame = "GET /rest/hello HTTP/1.1\r\nA: "
        largest = frame + "a" * (16384 - len(frame))
        self.assertEqual(self.status(largest + "\r\n\r\n"), 200)
        self.assertEqual(self.status(largest + "a\r\n\r\n"), 431)

    def test_64_headers_are_read_and_one_more_is_431(self):
        head = "GET /rest/hello HTTP/1.1\r\n"
        self.assertEqual(self.status(head + "A: b\r\n" * 64 + "\r\n"), 200)
        self.assertEqual(self.status(head + "A: b\r\n" * 65 + "\r\n"), 431)

    def test_a_request_may_come_in_pieces_and_its_client_may_leave_in_the_middle(self):
        address, port = self.host.address.split(":")
        socket.create_connection((address, int(port)), DEADLINE).close()
        with socket.create_connection((address, int(port)), DEADLINE) as connection:
            for byte in b"GET /rest/hello HTTP/1.0\r\n\r\n":
                connection.send(bytes([byte]))
            with connection.makefile("rb") as answer:
                self.assertEqual(answer.readline().split()[1], b"200")


class MinimalHostUnderPressure(unittest.TestCase):
    """With a plugin whose hook is busy until a request to /rest/resume, and that streams at /rest/stream."""

    MESSAGE = "<message id='{}' from='alice@localhost/r' to='rest.localhost'/>"

    def setUp(self):
        self.host = MinimalHost("pressure")
        self.addCleanup(self.host.program.kill)

    def test_a_stanza_that_a_hook_is_busy_for_waits_and_those_behind_it_too(self):
        for number in (1, 2, 3):
            self.host.receive(self.MESSAGE.format(number))
        self.host.program.wait_for_line("the hook is busy")
        self.assertEqual(self.host.rest.request("GET", "/rest/resume").status, 200)
        for number in (1, 2, 3):
            self.host.sent(f"id='passed-{number}'")
        ids = [line for line in self.host.program.lines("out") if "passed" in line]
        self.assertEqual([re.search("passed-([0-9]*)", line)[1] for line in ids], ["1", "2", "3"])
        self.host.close()

    def test_a_stanza_that_a_hook_is_busy_for_too_long_is_refused(self):
        self.host.receive(self.MESSAGE.format(1))
        self.host.sent("^<message type='error' id='1'.*<error type='wait'><resource-constraint ")
        self.host.close()

    def test_a_stream_goes_as_fast_as_its_client_reads(self):
        response = self.host.rest.request("GET", "/rest/stream")
        self.assertEqual((response.status, len(response.body)), (200, 8 << 20))
        self.host.close()

    def test_a_client_may_leave_in_the_middle_of_a_stream(self):
        address, port = self.host.address.split(":")
        with socket.create_connection((address, int(port)), DEADLINE) as connection:
            connection.sendall(b"GET /rest/stream HTTP/1.1\r\n\r\n")
            self.assertEqual(connection.recv(8), b"HTTP/1.1")
        self.assertEqual(self.host.rest.request("GET", "/rest/other").status, 200)
        self.host.close()


class MinimalHostRestanza(unittest.TestCase):
    def start(self, **settings):
        host = MinimalHost("restanza", {"component_secret": SECRET, **settings})
        self.addCleanup(host.program.kill)
        return host

    def test_a_message_from_curl_comes_out_on_one_line(self):
        host = self.start()
        status, _ = curl(host.address, MESSAGE)
        self.assertEqual(status, 202)
        line = host.sent("^(<message .*</message>)$")[1]
        message = parse(line)
        self.assertEqual((message.get("to"), message.find("body").text), ("bob@localhost", "a\nb"))
        host.close()

    def test_an_iq_waits_until_its_answer_comes_down_the_pipe(self):
        host = self.start()
        asking = Asking(host.rest, "<iq type='get' id='q1' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>")
        host.sent("^<iq .*id='q1'")
        host.receive("<iq type='result' id='q1' from='mallory@localhost/r' to='rest.localhost'/>")
        host.receive("<iq type='result' id='q1' from='bob@localhost/r' to='rest.localhost'/>")
        response = asking.response()
        self.assertEqual((response.status, parse(response.body).get("from")), (200, "bob@localhost/r"))
        host.close()

    def test_an_iq_that_waits_at_the_end_of_the_input_gets_503(self):
        host = self.start()
        asking = Asking(host.rest, "<iq type='get' id='q2' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>")
        host.sent("^<iq .*id='q2'")
        host.end_input()
        self.assertEqual(asking.response().status, 503)
        host.close()

    def test_a_webhook_gets_what_comes_down_the_pipe_and_its_answer_comes_out(self):
        webhook = Webhook(lambda post: Answer(200, "application/json", b'{"kind": "message", "body": "Thank you"}'))
        self.addCleanup(webhook.close)
        host = self.start(rest_callback_url=webhook.url)
        host.receive(CHAT)
        self.assertEqual(parse(webhook.next_post().body).find("body").text, "Hi")
        reply = parse(host.sent("^(<message .*Thank you.*)$")[1])
        self.assertEqual((reply.get("from"), reply.get("to")), ("bot@rest.localhost", "alice@localhost/r"))
        host.close()

    def test_the_end_waits_for_the_webhook_that_is_under_way(self):
        asked, answer = threading.Event(), threading.Event()

        def slow(post):
            asked.set()
            answer.wait(DEADLINE)
            return Answer(200, XML, b"<message><body>late</body></message>")
        webhook = Webhook(slow)
        self.addCleanup(webhook.close)
        self.addCleanup(answer.set)
        host = self.start(rest_callback_url=webhook.url)
        host.receive(CHAT)
        self.assertTrue(asked.wait(DEADLINE))
        host.end_input()
        answer.set()
        host.sent("<body>late</body>")
        host.close()

    def test_sigterm_is_an_end_too(self):
        host = self.start()
        self.assertEqual(host.program.stop(), 0)
        host.close()


class RestanzaHost(unittest.TestCase):
    """The host of this project with both plugins at once."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="restanza-matrix-")
        cls.addClassCleanup(directory.cleanup)
        config = f"{directory.name}/restanza.toml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'state_dir = "{directory.name}/state"\n')
            file.write(section("[http]", {"listen": "127.0.0.1:0"}) + section("[xmpp]", local_mode()))
            file.write(section("[[plugin]]", {"load": PLUGINS["restanza"], "domain": DOMAIN}))
            file.write(section("[plugin.settings]", {"component_secret": SECRET}))
            file.write(section("[[plugin]]", {
                "load": PLUGINS["minimal"], "domain": "minimal.localhost", "prefix": "/minimal"}))
            file.write(section("[plugin.settings]", {"greeting": "Good day"}))
        cls.program = Program("restanza-host", [PROGRAM, "--config", config], env=sanitized_environment())
        cls.addClassCleanup(cls.end)
        cls.address = cls.program.wait_for_line(READY, source="out")["http"]
        cls.rest = RestClient(cls.address, DOMAIN, SECRET)

    @classmethod
    def end(cls):
        if cls.program.stop() != 0:
            raise AssertionError(cls.program.transcript())

    def test_it_serves_the_minimal_plugins_route(self):
        response = self.rest.request("GET", "/minimal/hello", authorized=False)
        self.assertEqual((response.status, response.body), (200, b"Good day"))

    def test_one_plugin_asks_and_the_other_answers(self):
        answer = self.rest.answer("<iq type='get' to='minimal.localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual((answer.get("type"), answer.get("from")), ("result", "minimal.localhost"))

    def test_it_serves_restanza(self):
        self.assertEqual(curl(self.address, "<message to='bob@localhost'/>")[0], 202)


if __name__ == "__main__":
    unittest.main(verbosity=2)
