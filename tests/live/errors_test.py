#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every recorded error that concerns XML, asked of the running host: status, type and content must be the same, but
that some texts go on behind the recorded words, and that HTML is for those who ask for it by name.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import json
import os
import unittest

from support.host import Host, local_mode
from support.xml_data import as_data, parse

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors", "rest.json")
XML = "application/xmpp+xml"
TEXT = "{urn:ietf:params:xml:ns:xmpp-streams}text"
# What these say is continued by what is wrong, and where.
GO_ON = ("Failed to parse payload", "Unsupported media type", "Invalid destination JID", "Invalid source JID")
OTHER_FORMATS = ("application/json", "application/x-www-form-urlencoded", "text/plain", "application/cbor")


def cases():
    with open(VECTORS, encoding="utf-8") as vectors:
        for case in json.load(vectors):
            if case["name"].startswith("err.") and case["request"].get("content_type") not in OTHER_FORMATS:
                yield case


def body_bytes(request):
    """The recorded body; a lone surrogate stands for a byte that is not UTF-8."""
    if "body_repeat" in request:
        parts = request["body_repeat"]
        return (parts["prefix"] + parts["unit"] * parts["times"] + parts["suffix"]).encode()
    return request["body"].encode("utf-8", "surrogateescape") if "body" in request else None


def cut(text):
    """An error's text as far as it is recorded."""
    return next((words for words in GO_ON if text.startswith(words)), text)


def json_error(text):
    """A JSON error as far as it is compared; its source names the program."""
    error = json.loads(text)
    error["error"].pop("source")
    error["error"]["text"] = cut(error["error"]["text"])
    return error


def stream_error(text):
    error = parse(text)
    error.find(TEXT).text = cut(error.find(TEXT).text)
    return as_data(error)


class RecordedErrors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host(local_mode())
        cls.addClassCleanup(cls.host.close)

    def check(self, request, expected):
        response = self.host.rest.request(
            request["method"], request["path"], body_bytes(request), request.get("content_type"),
            request.get("accept"), request["authorized"])
        self.assertEqual(response.status, expected["status"], response.body)
        wanted = expected["content_type"]
        if wanted == "text/html" and not request.get("accept"):
            wanted = XML if request.get("content_type") == XML else "application/json"
        self.assertEqual(response.headers.get_content_type(), wanted)
        if expected["content_type"].endswith("+xml"):
            self.assertEqual(stream_error(response.body), stream_error(expected["body"]))
        elif expected["content_type"] == "application/json":
            self.assertEqual(json_error(response.body), json_error(expected["body"]))
        if expected["status"] == 401:
            self.assertIn("WWW-Authenticate", response.headers)


def named_test(case):
    return lambda self: self.check(case["request"], case["response"])


for each in cases():
    setattr(RecordedErrors, "test_" + each["name"].replace(".", "_"), named_test(each))


if __name__ == "__main__":
    unittest.main(verbosity=2)
