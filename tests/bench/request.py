# SPDX-License-Identifier: MIT
"""What is sent over HTTP: the same stanzas to every contender.

Threads: plain values.
"""
import base64
import re

XML, JSON = "application/xmpp+xml", "application/json"


class Request:
    """One request, sent over and over."""

    def __init__(self, port, path="/rest", body=None, content_type=XML, authorization=None, host="rest.localhost",
                 accepted=202):
        self.port, self.path, self.body = port, path, body
        self.headers = {"Host": host, "Accept": "*/*"}
        if body is not None:
            self.headers["Content-Type"] = content_type
        if authorization:
            self.headers["Authorization"] = authorization
        self.accepted = accepted

    @property
    def method(self):
        return "GET" if self.body is None else "POST"

    def text(self):
        """As it goes over the wire."""
        headers = dict(self.headers)
        if self.body is not None:
            headers["Content-Length"] = len(self.body.encode())
        return (f"{self.method} {self.path} HTTP/1.1\r\n" +
                "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n" + (self.body or ""))


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def words(size):
    sentence = "The backup of Tuesday took 12 minutes, all is well. "
    return (sentence * (size // len(sentence) + 1))[:size - 1] + "."


def message_xml(sender, to, size=200, kind="chat"):
    """A message of that many bytes."""
    head, tail = f"<message type='{kind}' to='{to}' from='{sender}'><body>", "</body></message>"
    return head + words(size - len(head) - len(tail)) + tail


def message_json(sender, to, size=200, kind="chat"):
    """The same message."""
    xml = message_xml(sender, to, size, kind)
    body = re.search("<body>(.*)</body>", xml)[1]
    return f'{{"type": "{kind}", "to": "{to}", "from": "{sender}", "body": "{body}"}}'


def ping(sender, to):
    return f"<iq type='get' to='{to}' from='{sender}'><ping xmlns='urn:xmpp:ping'/></iq>"
