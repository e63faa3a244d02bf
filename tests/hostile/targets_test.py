#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Targets, and the headers that decide about an answer, that were written to hurt: too long, wrongly encoded, pointing
elsewhere, with a thousand of everything, made to keep a pattern matcher busy.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import base64
import unittest

from besieged import AUTHORIZATION, PING, Besieged, named, post, request

KIB = 1024
JSON_WANTED = b"Accept: application/json"
LONGEST = 8 * KIB

# A sentence, the target, the status. With the component's credentials, by GET.
FOUND = [
    ("a dot", b"/rest/./health", 400),
    ("two dots", b"/rest/../rest/health", 400),
    ("two dots out of the prefix", b"/rest/../../etc/passwd", 400),
    ("encoded dots", b"/rest/%2e%2e/health", 400),
    ("two slashes", b"/rest//health", 400),
    ("two slashes first", b"//rest/health", 404),
    ("a slash last", b"/rest/health/", 422),
    ("an encoded slash in the prefix", b"/rest%2Fhealth", 404),
    ("an encoded slash after it", b"/rest/%2Fhealth", 400),
    ("an encoded slash in an address", b"/rest/ping/localhost%2Fa", 200),
    ("an encoded letter in the prefix", b"/%72est/health", 404),
    ("an encoded letter after it", b"/rest/h%65alth", 400),
    ("a backslash", b"/rest\\health", 404),
    ("another prefix that begins alike", b"/restricted/health", 404),
    ("an encoded NUL", b"/rest/ping/localhost%00.evil", 422),
    ("an encoded line end", b"/rest/ping/a%0d%0aX-Y:%20z", 422),
    ("a percent sign alone", b"/rest/ping/%", 400),
    ("half a percent sign", b"/rest/ping/%4", 400),
    ("a percent sign and no digits", b"/rest/ping/%zz", 400),
    ("percent signs upon percent signs", b"/rest/ping/%25%32%35", 422),
    ("encoded bytes that are not UTF-8", b"/rest/ping/%ff%fe", 400),
    ("an encoded overlong slash", b"/rest/ping/%c0%af", 400),
    ("an encoded surrogate", b"/rest/ping/%ed%a0%80", 400),
    ("raw bytes that are not UTF-8", b"/rest/ping/\xff\xfe", 400),
    ("a semicolon", b"/rest/health;jsessionid=1", 400),
    ("1,000 segments", b"/rest" + b"/a" * 1000, 422),
    ("8,000 slashes", b"/rest" + b"/" * 8000, 400),
    ("600 letters that pattern matchers recurse over", b"/rest/ping/" + b"a" * 600, 200),
    ("an address of 8,000 letters", b"/rest/ping/" + b"a" * 8000, 422),
    ("a query of 4,000 parameters", b"/rest/health?" + b"a&" * 4000, 200),
    ("a query of 7,000 ampersands", b"/rest/ping/localhost?" + b"&" * 7000, 400),
    ("a query of 7,000 equals signs", b"/rest/disco/localhost?" + b"=" * 7000, 200),
    ("a query of 2,000 brackets", b"/rest/disco/localhost?" + b"a[]=1&" * 1000, 200),
    ("a query with a NUL", b"/rest/disco/localhost?node=%00", 422),
    ("a query that is not UTF-8", b"/rest/disco/localhost?node=%ff", 400),
    ("a query with a percent sign alone", b"/rest/disco/localhost?node=%", 200),
    ("a parameter 1,000 times", b"/rest/disco/localhost?" + b"node=a&" * 1000, 200),
    ("a fragment", b"/rest/health#a", 400),
    ("a target of 8 KiB", b"/rest/" + b"a" * (LONGEST - 6), 400),
    ("a target of 8 KiB and one", b"/rest/" + b"a" * (LONGEST - 5), 414),
    ("a target of 1 MiB", b"/rest/" + b"a" * KIB * KIB, 414),
    ("a query of 1 MiB", b"/rest/health?" + b"a" * KIB * KIB, 414),
    ("an absolute target", b"http://h/rest/health", 200),
    ("an absolute target in capitals", b"HTTP://H/rest/health", 200),
    ("an absolute target with a user", b"http://user:word@h/rest/health", 400),
    ("an absolute target without a host", b"http:///rest/health", 400),
    ("an absolute target of another kind", b"file:///etc/passwd", 400),
    ("an absolute target of another protocol", b"ftp://h/rest/health", 400),
    ("the target of CONNECT", b"h:80", 400),
    ("an asterisk", b"*", 400),
    ("a relative target", b"rest/health", 400),
    ("two targets", b"/rest/health /rest/health", 400),
]

# A sentence, one header more, the status of an iq that is posted with it.
HEADERS = [
    ("1,800 accepted types", b"Accept: " + b"text/html;q=0.1," * 1800, 200),
    ("30,000 semicolons accepted", b"Accept: " + b";" * 30_000, 200),
    ("a weight of 30,000 digits", b"Accept: a/b;q=0." + b"1" * 30_000, 200),
    ("a weight that is no number", b"Accept: application/json;q=nan, */*;q=1e999", 200),
    ("30,000 spaces accepted", b"Accept: a/b;" + b" " * 30_000 + b"x", 200),
    ("30,000 quotes accepted", b"Accept: a/b;c=" + b'"' * 30_000, 200),
    ("an Origin of 20,000 letters", b"Origin: http://" + b"a" * 20_000, 200),
    ("a timeout without end", b"Restanza-Timeout: 1e999", 400),
    ("a timeout below zero", b"Restanza-Timeout: -1", 400),
    ("a timeout that is no number", b"Restanza-Timeout: nan", 400),
    ("a timeout of 1,000 digits", b"Restanza-Timeout: " + b"9" * 1000, 400),
    ("a key of 20,000 letters", b"Idempotency-Key: " + b"k" * 20_000, 400),
    ("two Content-Types", b"Content-Type: text/plain", 200),
]

# A sentence and the Authorization that is not accepted.
CREDENTIALS = [
    ("30,000 letters of Basic", b"Basic " + b"A" * 30_000),
    ("30,000 equals signs", b"Basic " + b"=" * 30_000),
    ("30,000 spaces", b"Basic" + b" " * 30_000 + b"x"),
    ("Basic that is no Base64", b"Basic !!!!"),
    ("Basic without a colon", b"Basic " + base64.b64encode(b"nobody")),
    ("Basic with a NUL", b"Basic " + base64.b64encode(b"rest.localhost\0:rest-secret")),
    ("Basic that is not UTF-8", b"Basic " + base64.b64encode(b"\xff\xfe:\xff")),
    ("Basic with the secret and more", AUTHORIZATION + b"AAAA"),
    ("a user of 20,000 letters", b"Basic " + base64.b64encode(b"u" * 20_000 + b":p")),
    ("a password of 20,000 letters", b"Basic " + base64.b64encode(b"alice:" + b"p" * 20_000)),
    ("a user with a tag", b"Basic " + base64.b64encode(b"<a/>@localhost:p")),
    ("30,000 letters of Bearer", b"Bearer " + b"a" * 30_000),
    ("Bearer without a token", b"Bearer"),
    ("Bearer with two tokens", b"Bearer a b"),
    ("a mechanism that nobody knows", b'Digest a="' + b"\\" * 10_000),
    ("two mechanisms", AUTHORIZATION + b", Bearer a"),
    ("nothing", b""),
]


class Targets(Besieged):
    def with_credentials(self, given):
        sent = b"\r\n".join([b"POST /rest HTTP/1.1", b"Host: h", b"Authorization: " + given, JSON_WANTED,
                             b"Connection: close", b"Content-Length: 2"]) + b"\r\n\r\nhi"
        answer = self.answer(sent, 401)
        self.assertIn("realm=", answer.headers["www-authenticate"])
        self.assertNotIn(given.decode()[-20:] or "realm-less", answer.body.decode())


named(Targets, "as_a_target", FOUND, lambda test, target, status: test.answer(request(b"GET", target), status))
named(Targets, "as_a_header", HEADERS,
      lambda test, header, status: test.answer(post(PING, b"application/xmpp+xml", header), status))
named(Targets, "as_credentials", CREDENTIALS, lambda test, given: test.with_credentials(given))


if __name__ == "__main__":
    unittest.main(verbosity=2)
