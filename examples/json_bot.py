#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A bot in JSON, in one file, with nothing but Python's standard library. It checks who posts and acts once.

    RESTANZA_SECRET=whsec_... examples/json_bot.py --port 9999

Restanza posts each message for the bot's domain here, signed as Standard Webhooks says (key `secrets` of the
endpoint, content_type "json"). What `reply_to` returns goes back to the sender. After a crash or a broken
connection a post may come again with the same webhook-id: it gets the first answer again, and the bot does
not act twice.

Threads: one for each connection; they share the answers that are remembered.
"""
import argparse
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time

JSON = "application/json"
TOLERANCE = 300  # seconds between the sender's clock and ours
MAX_REMEMBERED = 10000  # answers; the oldest are forgotten first
MAX_BODY = 1 << 20  # bytes


def reply_to(message):
    """The bot itself: a message in, its answer out, or None for no answer."""
    body = message.get("body")
    if body is None or message.get("type") == "error":
        return None
    return {"type": message.get("type", "normal"), "body": f"You said: {body}"}


def is_genuine(secret, headers, body):
    """Whether one of the signatures was made with this secret, not long ago."""
    try:
        if abs(time.time() - int(headers["webhook-timestamp"])) > TOLERANCE:
            return False
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        given = headers["webhook-signature"].encode()
        return any(hmac.compare_digest(expected, each) for each in given.split(b" "))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


class Remembered:
    """The answers to the latest posts by their webhook-id. In memory: a bot that must not act twice even after
    its own restart keeps them in a file."""

    def __init__(self):
        self._answers = collections.OrderedDict()
        self._lock = threading.Lock()

    def answer(self, webhook_id, make):
        """The remembered answer, or the one that `make` returns, which is then remembered; and which of both."""
        with self._lock:  # also for two posts of one id at once
            if webhook_id in self._answers:
                return self._answers[webhook_id], True
            answer = self._answers[webhook_id] = make()
            if len(self._answers) > MAX_REMEMBERED:
                self._answers.popitem(last=False)
            return answer, False


class Bot(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept for the next stanza
    disable_nagle_algorithm = True
    timeout = 60  # seconds; a silent connection is closed
    secret = ""
    remembered = Remembered()

    def do_OPTIONS(self):
        """Restanza asks once at the start what we want to be sent."""
        self.send_response(200)
        self.send_header("Accept", JSON)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.secret, self.headers, body):
            print("refused a post without a valid signature", flush=True)
            return self.answer(401)
        try:
            message = json.loads(body)
        except ValueError:
            return self.answer(400)
        if message.get("kind") != "message":
            return self.answer(204)  # presence and iq: nothing to say
        webhook_id = self.headers["webhook-id"]
        reply, again = self.remembered.answer(webhook_id, lambda: reply_to(message))
        print(f"{'again' if again else 'got'} {webhook_id} from {message.get('from')}: {message.get('body')}", flush=True)
        if reply is None:
            return self.answer(204)
        return self.answer(200, json.dumps(reply).encode())

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", JSON)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Says nothing: each post is printed instead."""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=9999, help="on 127.0.0.1; 0 picks a free one")
    port = arguments.parse_args().port
    Bot.secret = os.environ.get("RESTANZA_SECRET", "")
    if not Bot.secret.startswith("whsec_"):
        sys.exit("RESTANZA_SECRET must hold the endpoint's secret, which begins with whsec_")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Bot)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
