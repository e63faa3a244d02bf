#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Programs and pages that follow what comes: over restarts, crashes, proxies and new settings, without a gap.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its host, its clients and its proxy.
"""
import http.server
import json
import os
import queue
import signal
import socket
import tempfile
import threading
import unittest
import urllib.parse

from support.deadline import DEADLINE, Missed, wait_until
from support.host import Host, local_mode
from support.nginx import NginxProgram
from support.npm import npm_modules
from support.process import Program, free_ports, installed
from support.sse_client import SseClient
from support.xmpp_client import XmppClient

BOT = "bot@rest.localhost"
FOLLOWERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support", "followers")
# Where the host is away the connection ends without an answer: an EventSource comes again then, and never after a 502.
PROXY = """
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    location /rest/ {{
      proxy_pass http://127.0.0.1:{host};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      error_page 502 503 504 = @away;
    }}
    location @away {{ return 444; }}
    location / {{ proxy_pass http://127.0.0.1:{pages}; }}
  }}
"""


class Messages:
    """A real client's messages, numbered, each on disk before the next step; it logs in anew where the host has ended."""

    def __init__(self, host):
        self._host, self._client, self._after, self.sent = host, None, {}, []

    def log_in(self):
        self.close()
        self._client = XmppClient("bob@localhost", "builder", self._host.c2s_address)
        self._client.login()

    def send(self, count=1, body=str):
        for _ in range(count):
            number = len(self.sent) + 1
            self._client.send(f"<message to='{BOT}' type='chat' id='{number}'><body>{body(number)}</body></message>")
            self.sent.append(body(number))
        seen = 0
        while seen < count:  # by a consumer of its own
            page = json.loads(self._host.rest.request(
                "GET", "/rest/updates?" + urllib.parse.urlencode({"consumer": "witness", **self._after})).body)
            assert page["updates"], f"only {seen} of {count} have come"
            seen += len(page["updates"])
            self._after = {"after": page["next"]}

    def close(self):
        if self._client:
            self._client.close()
        self._client = None


class Following(unittest.TestCase):
    settings = {"updates": [{"name": "default"}, {"name": "witness"}]}

    def setUp(self):
        self.port, = free_ports(1)
        self.host = Host(local_mode(), settings=self.settings, http=f"127.0.0.1:{self.port}")
        self.addCleanup(self.host.close)
        self.messages = Messages(self.host)
        self.addCleanup(self.messages.close)
        self.messages.log_in()

    def follow(self, path="/rest/events", headers=None, **how):
        client = SseClient(f"127.0.0.1:{self.port}", path,
                           {"Authorization": self.host.rest.authorization} if headers is None else headers, **how)
        self.addCleanup(client.close)
        return client

    def relaunch(self, end):
        """`end`: how the program ends, "kill" or "stop"."""
        getattr(self.host.program, end)()
        self.host.launch(self.settings)
        self.messages.log_in()

    def check(self, seen):
        """All that was sent, in that order where it was seen for the first time, and again under the same id only."""
        first, ids = [], {}
        for each in seen:
            if each["body"] not in ids:
                first.append(each["body"])
            self.assertEqual(ids.setdefault(each["body"], each["id"]), each["id"], each)
        self.assertEqual(first, self.messages.sent)

    @staticmethod
    def body(event):
        return json.loads(event.data)["stanza"]["body"]

    def pairs(self, events):
        return [{"id": event.id, "body": self.body(event)} for event in events]


class Programs(Following):
    def test_what_waits_and_what_comes_is_streamed(self):
        self.messages.send(2)
        client = self.follow()
        client.wait(2)
        self.messages.send(2)
        self.check(self.pairs(client.wait(4)))
        self.assertEqual(client.content_type, "text/event-stream")

    def test_a_stream_goes_on_where_it_was_after_a_crash_and_after_a_restart(self):
        client = self.follow()
        for end in ("kill", "stop", "kill"):
            self.messages.send(3)
            client.wait(len(self.messages.sent))
            self.relaunch(end)
        self.messages.send(1)
        self.check(self.pairs(client.wait(len(self.messages.sent))))
        self.assertEqual(len(client.events), len(self.messages.sent))  # each once
        self.assertEqual(set(client.statuses), {200})

    def test_new_settings_end_streams_and_who_is_allowed_comes_again(self):
        token = {"name": "page", "sha256": "b46c09677343261f0b439a472422225e3a230c9c094d6ab16762e2036b597053",
                 "rights": ["receive"]}
        self.host.reload({**self.settings, "rest_tokens": [token]})
        by_token = self.follow(headers={"Authorization": "Bearer t0ken"})
        by_secret = self.follow()
        self.messages.send(1)
        by_token.wait(1)
        by_secret.wait(1)
        self.host.reload(self.settings)
        by_token.wait_ended()
        self.assertEqual(by_token.statuses, [200, 401])
        self.messages.send(1)
        self.check(self.pairs(by_secret.wait(2)))

    def test_who_reads_nothing_is_cut_off_and_slows_nobody(self):
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE) as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(f"GET /rest/events HTTP/1.1\r\nHost: x\r\nAuthorization: {self.host.rest.authorization}\r\n\r\n".encode())
            quick = self.follow()
            self.messages.send(40, lambda number: f"{number} " + "x" * 60000)
            self.check(self.pairs(quick.wait(40)))  # what waits for the slow one waits on disk
            self.assertIn(b"HTTP/1.1 200", slow.recv(100))

    def test_two_follow_at_once_and_one_asks_beside(self):
        clients = [self.follow(), self.follow()]
        self.messages.send(2)
        for client in clients:
            self.check(self.pairs(client.wait(2)))
        page = self.host.rest.request("GET", "/rest/updates?timeout=0")
        self.assertEqual(len(json.loads(page.body)["updates"]), 2)


class Pages(http.server.ThreadingHTTPServer):
    """Serves the page, and hears what it has seen."""

    daemon_threads = True

    def __init__(self):
        self.seen = queue.Queue()
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the names are the library's
                with open(f"{FOLLOWERS}/page.html", "rb") as page:
                    content = page.read()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                pages.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def next(self, browser):
        try:
            return self.seen.get(timeout=DEADLINE)
        except queue.Empty:
            raise Missed("the page has told of nothing\n" + browser.transcript()) from None


class BehindNginx(Following):
    """The same scenario for clients that others wrote: what they see is a line of JSON for each event."""

    def setUp(self):
        if not installed("nginx"):
            raise AssertionError("nginx is not installed")
        super().setUp()
        self.pages = Pages()
        self.addCleanup(self.pages.server_close)
        self.addCleanup(self.pages.shutdown)
        self.nginx = NginxProgram(lambda port: PROXY.format(port=port, host=self.port, pages=self.pages.server_port))
        self.addCleanup(self.nginx.close)
        self.seen = []

    def wait_seen(self, take):
        """Until all that was sent has been seen."""
        missing = set(self.messages.sent) - {each["body"] for each in self.seen}
        while missing:
            one = take()
            self.assertNotIn("closed", one, f"the client has given up; it saw {self.seen}")
            self.seen.append(one)
            missing.discard(one["body"])

    def restart_nginx(self):
        self.nginx.program.stop()
        self.nginx.begin()

    def scenario(self, take):
        self.messages.send(3)
        self.wait_seen(take)
        breaks = (lambda: self.relaunch("kill"), self.restart_nginx,
                  lambda: self.relaunch("stop"), lambda: self.host.reload(self.settings))
        for broken in breaks:
            self.messages.send(2)
            broken()
            self.messages.send(2)
            self.wait_seen(take)
        self.check(self.seen)

    def test_npm_eventsource_follows_over_restarts_of_the_host_and_of_the_proxy(self):
        modules = npm_modules("eventsource@3.0.7")
        program = Program("node", ["node", f"{FOLLOWERS}/node.mjs", f"http://127.0.0.1:{self.nginx.port}/rest/events",
                                   self.host.rest.authorization], env={**os.environ, "NODE_PATH": modules})
        self.addCleanup(program.kill)
        read = 0

        def take():
            nonlocal read
            wait_until(lambda: len(program.lines("out")) > read, f"another line of node's: {program.transcript()}")
            read += 1
            return json.loads(program.lines("out")[read - 1])
        self.scenario(take)

    def test_a_browser_follows_with_a_ticket_over_restarts_of_the_host_and_of_the_proxy(self):
        if not installed("chromium"):
            raise AssertionError("chromium is not installed")
        answer = self.host.rest.request("POST", "/rest/events/ticket", "{}", "application/json")
        self.assertEqual(answer.status, 200, answer.body)
        ticket = json.loads(answer.body)["ticket"]
        with tempfile.TemporaryDirectory(prefix="restanza-chromium-", ignore_cleanup_errors=True) as profile:
            browser = Program("chromium", [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--remote-debugging-port=0", f"--user-data-dir={profile}",
                f"http://127.0.0.1:{self.nginx.port}/?ticket={ticket}"])
            try:
                self.scenario(lambda: self.pages.next(browser))
            finally:
                os.killpg(browser.pid, signal.SIGKILL)
                browser.kill()


if __name__ == "__main__":
    unittest.main()
