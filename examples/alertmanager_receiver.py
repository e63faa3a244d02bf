#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Alerts of Prometheus' Alertmanager as XMPP messages: takes its webhook and posts to Restanza.

    RESTANZA_TOKEN=... examples/alertmanager_receiver.py --to ops@example.net --rest http://127.0.0.1:5280/rest

Alertmanager posts JSON of its own, which is no stanza, so this program stands between the two. It answers 200
only when Restanza has taken the message; otherwise 502, and Alertmanager tries again. So a message may come
twice, and none is lost.

Threads: one for each connection; they share nothing.
"""
import argparse
import http.server
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

MAX_BODY = 1 << 20  # bytes of a post
MAX_TEXT = 8000  # characters of a message
TIMEOUT = 10  # seconds for Restanza's answer


def text_of(alert):
    """One alert as a line or two, from its labels and annotations."""
    labels, notes = alert.get("labels", {}), alert.get("annotations", {})
    where = labels.get("instance", "")
    line = f"{alert.get('status', 'firing').upper()} {labels.get('alertname', 'alert')}"
    line += f" ({labels['severity']})" if "severity" in labels else ""
    line += f" on {where}" if where else ""
    more = notes.get("summary") or notes.get("description")
    return f"{line}: {more}" if more else line


def message_of(group):
    """What Alertmanager posts, as one message: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"""
    lines = [text_of(alert) for alert in group["alerts"]]
    missing = group.get("truncatedAlerts", 0)
    if missing:
        lines.append(f"and {missing} more")
    text = "\n".join(lines)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT - 1] + "…"


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds; a silent connection is closed
    url = token = ""

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.answer(413)
        try:
            text = message_of(json.loads(self.rfile.read(int(length))))
        except (AttributeError, KeyError, TypeError, ValueError):
            return self.answer(400)  # not Alertmanager's: it will not get better
        request = urllib.request.Request(self.url, text.encode(), {
            "Content-Type": "text/plain; charset=utf-8", "Authorization": f"Bearer {self.token}"})
        try:
            urllib.request.urlopen(request, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as error:
            print(f"Restanza answered {error.code}: {error.read(1000).decode(errors='replace')}", file=sys.stderr, flush=True)
            return self.answer(502)
        except OSError as error:
            print(f"Restanza cannot be reached: {error}", file=sys.stderr, flush=True)
            return self.answer(502)
        return self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):
        """Says nothing: only failures are printed."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9094, help="on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--rest", default="http://127.0.0.1:5280/rest", help="where Restanza is")
    parser.add_argument("--to", required=True, help="who is told: an address, or a room with --type groupchat")
    parser.add_argument("--type", default="chat", choices=("chat", "groupchat", "headline", "normal"))
    arguments = parser.parse_args()
    Receiver.token = os.environ.get("RESTANZA_TOKEN", "")
    if not Receiver.token:
        sys.exit("RESTANZA_TOKEN must hold a token of rest_tokens with the right send")
    Receiver.url = f"{arguments.rest}/message/{arguments.type}/{urllib.parse.quote(arguments.to, safe='@')}"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
