#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A bot on a webhook, with nothing but Python's standard library: it says again what is said to it.

Restanza posts every stanza for the bot's domain here (setting rest_callback_url); what we answer goes back to
the sender. The addresses of the reply are filled in by Restanza.

Threads: one for each connection; they share only the standard output.
"""
import argparse
import http.server
import xml.etree.ElementTree as ElementTree

XML = "application/xmpp+xml"
VERSION = "jabber:iq:version"


def echo(message):
    """A message with the same body and type, or None: errors and messages without a body are not answered."""
    body = message.findtext("body")
    if body is None or message.get("type") == "error":
        return None
    reply = ElementTree.Element("message", type=message.get("type", "normal"))
    ElementTree.SubElement(reply, "body").text = body
    return reply


def version(iq):
    """Who we are, for whoever asks; None, which becomes an empty result, for every other question."""
    if iq.find(f"{{{VERSION}}}query") is None:
        return None
    reply = ElementTree.Element("iq", type="result")
    query = ElementTree.SubElement(reply, "query", xmlns=VERSION)
    ElementTree.SubElement(query, "name").text = "echo bot"
    ElementTree.SubElement(query, "version").text = "1.0"
    return reply


class Bot(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept for the next stanza
    disable_nagle_algorithm = True

    def do_OPTIONS(self):
        """Restanza asks once at the start what we want to be sent."""
        self.send_response(200)
        self.send_header("Accept", XML)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            stanza = ElementTree.fromstring(body)
        except ElementTree.ParseError as error:
            return self.answer(400, f"not XML: {error}".encode(), "text/plain")
        print(f"got  {body.decode()}", flush=True)
        reply = {"message": echo, "iq": version}.get(stanza.tag, lambda _: None)(stanza)
        if reply is None:
            return self.answer(204)
        answer = ElementTree.tostring(reply)
        print(f"said {answer.decode()}", flush=True)
        return self.answer(200, answer, XML)

    def answer(self, status, body=b"", content_type=None):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Says nothing: each stanza is printed instead."""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=9999, help="on 127.0.0.1; 0 picks a free one")
    port = arguments.parse_args().port
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Bot)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
