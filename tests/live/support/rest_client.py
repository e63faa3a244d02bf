# SPDX-License-Identifier: MIT
"""HTTP requests to the host: Basic credentials, XML bodies, one connection a request.

Threads: for any thread; a client keeps no connection.
"""
import base64
import collections
import http.client

from .deadline import DEADLINE
from .xml_data import parse

XML = "application/xmpp+xml"

Response = collections.namedtuple("Response", "status headers body")


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class RestClient:
    def __init__(self, address, user, password):
        self.address = address
        self.authorization = basic(user, password)

    def request(self, method, path, body=None, content_type=None, accept=None, authorized=True, headers=None):
        sent = dict(headers or {})
        if content_type:
            sent["Content-Type"] = content_type
        if accept:
            sent["Accept"] = accept
        if authorized:
            sent["Authorization"] = self.authorization
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, stanza, **headers):
        """One stanza as XML; a header such as Restanza-Timeout is given as restanza_timeout."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return self.request("POST", "/rest", stanza, XML, XML, headers=named)

    def answer(self, stanza):
        """The element that answers a posted iq; anything but 200 is an error of the test."""
        response = self.post(stanza)
        if response.status != 200:
            raise AssertionError(f"{response.status} instead of an answer: {response.body!r}")
        return parse(response.body)

    def health(self):
        return self.request("GET", "/rest/health", authorized=False).status
