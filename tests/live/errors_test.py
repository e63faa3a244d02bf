#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every recorded error that concerns XML, asked of the running host: status, type and content must be the same.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import json
import os
import unittest

from support.host import Host, local_mode
from support.xml_data import as_data, parse

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors", "rest.json")
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


def without_source(text):
    """A JSON error; its source names the program and is not compared."""
    error = json.loads(text)
    error["error"].pop("source")
    return error


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
        self.assertEqual(response.headers.get_content_type(), expected["content_type"])
        if expected["content_type"].endswith("+xml"):
            self.assertEqual(as_data(parse(response.body)), as_data(parse(expected["body"])))
        elif expected["content_type"] == "application/json":
            self.assertEqual(without_source(response.body), without_source(expected["body"]))
        if expected["status"] == 401:
            self.assertIn("WWW-Authenticate", response.headers)


def named_test(case):
    return lambda self: self.check(case["request"], case["response"])


for each in cases():
    setattr(RecordedErrors, "test_" + each["name"].replace(".", "_"), named_test(each))


if __name__ == "__main__":
    unittest.main(verbosity=2)
