#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""JSON, forms, text and CBOR that were written to hurt: depth, masses, numbers without end, lengths that lie,
characters that XML cannot hold, attempts to break out of a value.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import unittest

from besieged import Besieged, named, post

JSON_WANTED = b"Accept: application/json"
JSON = b"application/json"
FORM = b"application/x-www-form-urlencoded"
TEXT = b"text/plain"
CBOR = b"application/cbor"
CHAT = b"/rest/message/chat/bob@localhost"
BODY = b"\xa1\x64body"  # a map of CBOR with this key, whose value is to follow


def to_bob(more):
    return b'{"to": "bob@localhost", ' + more + b"}"


def body(value):
    return to_bob(b'"body": ' + value)


def nested(levels):
    return body(b'"x", "x": ' + b"[" * (levels - 1) + b"]" * (levels - 1))


def keys(count):
    return body(b'"x",' + b",".join(b'"k%d":0' % i for i in range(count - 2)))


UNREADABLE_JSON = [
    ("1e999", body(b"1e999")),
    ("-1e999", body(b"-1e999")),
    ("100,000 digits", body(b"9" * 100_000)),
    ("an exponent of 100,000 digits", body(b"1e" + b"9" * 100_000)),
    ("NaN", body(b"NaN")),
    ("Infinity", body(b"-Infinity")),
    ("a number with a zero before it", body(b"01")),
    ("hexadecimal", body(b"0x1")),
    ("a raw NUL", body(b'"a\0b"')),
    ("a raw line feed", body(b'"a\nb"')),
    ("a lone high surrogate", body(b'"\\ud83d"')),
    ("a lone low surrogate", body(b'"\\ude00"')),
    ("surrogates in the wrong order", body(b'"\\ude00\\ud83d"')),
    ("bytes that are not UTF-8", body(b'"\xff"')),
    ("a key that is not UTF-8", to_bob(b'"\xff": 1')),
    ("an overlong NUL", body(b'"\xc0\x80"')),
    ("a surrogate in UTF-8", body(b'"\xed\xa0\x80"')),
    ("an unknown escape", body(b'"\\x41"')),
    ("65 levels", nested(65)),
    ("100 levels", nested(100)),
    ("10,000 levels", nested(10_000)),
    ("100,000 levels", nested(100_000)),
    ("100,000 objects without an end", b'{"a":' * 100_000),
    ("100,001 keys", keys(100_001)),
    ("500,000 elements", to_bob(b'"x": [' + b",".join([b"0"] * 500_000) + b"]")),
    ("two values", body(b'"x"') * 2),
    ("a comment", body(b'/**/ "x"')),
    ("quotes that are single", b"{'to': 'bob@localhost'}"),
    ("a comma too much", to_bob(b'"body": "x",')),
    ("an object without an end", b'{"to": "bob@localhost"'),
    ("UTF-16", body(b'"x"').decode().encode("utf-16")),
    ("null", b"null"),
    ("a list", b"[]"),
    ("a list of stanzas", b"[" + body(b'"x"') + b"]"),
    ("an empty object", b"{}"),
    ("a number", b"1"),
    ("a megabyte of spaces", b" " * 1_000_000),
    ("a megabyte of quotes", b'"' * 1_000_000),
    ("a megabyte of backslashes", b'"' + b"\\" * 1_000_000),
]

# A sentence, the body, and what the text of the refusal says.
WRONG_JSON = [
    ("an escaped NUL", body(b'"a\\u0000b"'), "/body"),
    ("a character that is none", body(b'"\\uffff"'), "/body"),
    ("a fraction of 100,000 digits", body(b"0." + b"1" * 100_000), "/body"),
    ("an object for a text", body(b"{}"), "/body"),
    ("a list for an address", b'{"to": ["bob@localhost"], "body": "x"}', "/to"),
    ("XML that breaks out", to_bob(b'"xml": "</message><iq/><message>"'), "/xml"),
    ("XML with a DOCTYPE", to_bob(b'"xml": "<!DOCTYPE a [<!ENTITY b \'c\'>]><a>&b;</a>"'), "/xml"),
    ("deep XML", to_bob(b'"xml": "' + b"<a>" * 50_000 + b"</a>" * 50_000 + b'"'), "/xml"),
]

TAKEN_JSON = [
    ("64 levels", nested(64)),
    ("100,000 keys", keys(100_000)),
    ("a key twice", body(b'"x", "body": "y"')),
    ("a byte order mark", b"\xef\xbb\xbf" + body(b'"x"')),
    ("a key that would be a header", to_bob(b'"a\\r\\nSet-Cookie: b": 1, "body": "x"')),
    ("a key of 100,000 letters", body(b'"x", "' + b"k" * 100_000 + b'": 1')),
    ("a key that JavaScript fears", to_bob(b'"__proto__": {"to": "eve@localhost"}, "body": "x"')),
    ("a type that would break an attribute", to_bob(b'"type": "x\' to=\'eve@localhost", "body": "x"')),
    ("a body that would break out", body(b'"</body></message><iq/>"')),
]

# A sentence, the type, the body, the status and the condition.
OTHERS = [
    ("a form with a NUL", FORM, b"to=bob@localhost&body=a%00b", 422, "bad-format"),
    ("a form that is not UTF-8", FORM, b"to=bob@localhost&body=%ff", 400, "not-well-formed"),
    ("a form of 100,000 fields", FORM, b"&".join(b"k%d=v" % i for i in range(100_000)), 400, "not-well-formed"),
    ("a form of a million ampersands", FORM, b"&" * 1_000_000, 422, "improper-addressing"),
    ("a form of 100,000 equals signs", FORM, b"=" * 100_000, 422, "bad-format"),
    ("a form of 100,000 percent signs", FORM, b"%" * 100_000, 422, "improper-addressing"),
    ("text with a NUL", TEXT, b"a\0b", 422, "bad-format"),
    ("text with an escape character", TEXT, b"\x1b[2J", 422, "bad-format"),
    ("text that is not UTF-8", TEXT, b"\xff", 400, "not-well-formed"),
    ("multipart", b"multipart/form-data; boundary=x", b"--x\r\n\r\n--x--", 415, "bad-format"),
    ("multipart with a boundary without an end", b"multipart/form-data; boundary=" + b"(" * 20_000, b"--", 415, "bad-format"),
    ("a type that is none", b"/;;;,,,\"", b"x", 415, "bad-format"),
    ("a type of 20,000 parameters", b"a/b" + b";c=d" * 5000, b"x", 415, "bad-format"),
]

BAD_CBOR = [
    ("a list of 2 to the 64th", b"\x9b" + b"\xff" * 8),
    ("a map of 2 to the 64th", b"\xbb" + b"\xff" * 8),
    ("a map of 2 to the 63rd, which doubles to nothing", b"\xbb\x80" + b"\0" * 7),
    ("a text of 2 to the 64th", BODY + b"\x7b" + b"\xff" * 8),
    ("bytes of 2 to the 64th", BODY + b"\x5b" + b"\xff" * 8),
    ("a text of 2 GiB", BODY + b"\x7a\x7f\xff\xff\xff" + b"x"),
    ("1,000 lists", b"\x81" * 1000),
    ("100,000 lists", b"\x81" * 100_000),
    ("100,000 maps without lengths", b"\xbf\x61a" * 100_000),
    ("100,000 tags", b"\xd9\xd9\xf7" * 100_000 + b"\xa0"),
    ("200,000 empty lists", b"\x9a\x00\x03\x0d\x40" + b"\x80" * 200_000),
    ("a text in pieces without an end", BODY + b"\x7f" + b"\x60" * 100_000),
    ("a text in pieces of pieces", BODY + b"\x7f" * 100_000),
    ("a text in pieces of bytes", BODY + b"\x7f\x41a\xff"),
    ("an end of nothing", b"\xff"),
    ("an end instead of a value", b"\xbf\x64body\xff"),
    ("a length that is reserved", BODY + b"\x7c"),
    ("a number as a key", b"\xa1\x01\x61x"),
    ("a key in pieces that is no text", b"\xa1\x5f\xff\x61x"),
    ("a byte string", BODY + b"\x41x"),
    ("a text that is not UTF-8", BODY + b"\x61\xff"),
    ("infinity", BODY + b"\xf9\x7c\x00"),
    ("no number", BODY + b"\xfb\x7f\xf8" + b"\0" * 6),
    ("undefined", BODY + b"\xf7"),
    ("a simple value without a meaning", BODY + b"\xf8\xff"),
    ("a byte too much", BODY + b"\x61x\0"),
    ("half a head", BODY + b"\x7a\0"),
    ("JSON", body(b'"x"')),
]


class Values(Besieged):
    settings = {"rest_stanza_size_limit": 2 << 20}

    def refused(self, media_type, sent, status, condition):
        target = CHAT if media_type == TEXT else b"/rest"
        return self.refusal(post(sent, media_type, JSON_WANTED, target=target), status, condition)

    def wrong(self, sent, says):
        text = self.refused(JSON, sent, 422, "bad-format")
        self.assertTrue(text.startswith(says), text)

    def taken(self, sent):
        answer = self.answer(post(sent, JSON), 202)
        self.assertNotIn("set-cookie", answer.headers)
        self.assertLess(max(map(len, answer.headers.values())), 8192)


named(Values, "as_JSON_cannot_be_read", UNREADABLE_JSON,
      lambda test, sent: test.refused(JSON, sent, 400, "not-well-formed"))
named(Values, "as_JSON_is_refused_by_its_place", WRONG_JSON, lambda test, *case: test.wrong(*case))
named(Values, "as_JSON_is_taken", TAKEN_JSON, lambda test, sent: test.taken(sent))
named(Values, "is_refused", OTHERS, lambda test, *case: test.refused(*case))
named(Values, "as_CBOR_cannot_be_read", BAD_CBOR,
      lambda test, sent: test.refused(CBOR, sent, 400, "not-well-formed"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
