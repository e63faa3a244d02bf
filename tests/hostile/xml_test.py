#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""XML that was written to hurt: bombs, depth, masses, other encodings, parts of the stream, what is not XML at all.
The plugin takes larger bodies here than it does by default, so that the masses reach its parser.

Threads: the test's thread.
Ownership: the class owns one host for all cases, and what entities point at.
"""
import socket
import tempfile
import unittest

from besieged import Besieged, named, post

JSON_WANTED = b"Accept: application/json"
STREAM = b"xmlns:stream='http://etherx.jabber.org/streams'"
SECRET = "what no answer may tell"


def message(inside, attributes=b""):
    return b"<message to='bob@localhost'" + attributes + b">" + inside + b"</message>"


def nested(levels):
    return message(b"<a>" * (levels - 1) + b"</a>" * (levels - 1))


def declared(what, inside=b"&a;"):
    return b"<!DOCTYPE message [" + what + b"]>" + message(b"<body>" + inside + b"</body>")


def laughs(levels):
    return b"".join(b"<!ENTITY a%d '%s'>" % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, levels))


LONG_NAMESPACE = b"urn:" + b"x" * 20_000

MALFORMED = [
    ("a billion laughs", declared(b"<!ENTITY a0 'ha'>" + laughs(10), b"&a9;")),
    ("quadratic laughs", declared(b"<!ENTITY a '" + b"x" * 50_000 + b"'>", b"&a;" * 10_000)),
    ("an entity in itself", declared(b"<!ENTITY a '&b;'><!ENTITY b '&a;'>")),
    ("a parameter entity", declared(b"<!ENTITY % a '<!ENTITY b \"c\">'> %a;", b"&b;")),
    ("a default attribute", declared(b"<!ATTLIST message id CDATA 'x'>", b"")),
    ("an empty DOCTYPE", b"<!DOCTYPE message>" + message(b"")),
    ("an unknown entity", message(b"<body>&nbsp;</body>")),
    ("a processing instruction", message(b"<?php exit ?>")),
    ("a stylesheet", b"<?xml-stylesheet href='http://127.0.0.1/'?>" + message(b"")),
    ("a comment", message(b"<!-- -->")),
    ("101 levels", nested(101)),
    ("10,000 levels", nested(10_000)),
    ("100,000 levels", nested(100_000)),
    ("300,000 levels without an end", b"<a>" * 300_000),
    ("101 attributes", message(b"", b"".join(b" a%d=''" % i for i in range(100)))),
    ("20,000 attributes", message(b"", b"".join(b" a%d=''" % i for i in range(20_000)))),
    ("an attribute twice", message(b"", b" to='eve@localhost'")),
    ("an attribute twice by two prefixes", message(b"<x xmlns:a='u' xmlns:b='u' a:c='' b:c=''/>")),
    ("a prefix that nobody declared", message(b"<a:b/>")),
    ("the prefix xmlns", message(b"<xmlns:a/>")),
    ("another xml prefix", message(b"<x xmlns:xml='urn:x'/>")),
    ("two roots", message(b"") * 2),
    ("text after the root", message(b"") + b"x"),
    ("a NUL after the root", message(b"") + b"\0"),
    ("a NUL inside", message(b"<body>\0</body>")),
    ("a NUL as a reference", message(b"<body>&#0;</body>")),
    ("a surrogate as a reference", message(b"<body>&#xD800;</body>")),
    ("a reference beyond Unicode", message(b"<body>&#x110000;</body>")),
    ("a reference of 100,000 digits", message(b"<body>&#" + b"9" * 100_000 + b";</body>")),
    ("a bare ampersand", message(b"<body>a & b</body>")),
    ("a control character", message(b"<body>\x1b[2J</body>")),
    ("bytes that are not UTF-8", message(b"<body>\xff\xfe</body>")),
    ("an overlong slash", message(b"<body>\xc0\xaf</body>")),
    ("a surrogate in UTF-8", message(b"<body>\xed\xa0\x80</body>")),
    ("half a letter", message(b"<body>\xc3</body>")),
    ("UTF-16", message(b"").decode().encode("utf-16")),
    ("UTF-16 without a mark", message(b"").decode().encode("utf-16-be")),
    ("UTF-32", message(b"").decode().encode("utf-32")),
    ("UTF-16 that is only said", b"<?xml version='1.0' encoding='UTF-16'?>" + message(b"")),
    ("Latin-1", b"<?xml version='1.0' encoding='iso-8859-1'?>" + message(b"<body>\xe9</body>")),
    ("an unknown encoding", b"<?xml version='1.0' encoding='utf-7'?>" + message(b"")),
    ("CDATA without an end", message(b"<body><![CDATA[" + b"x" * 100_000)),
    ("the end of CDATA alone", message(b"<body>]]></body>")),
    ("an end of the stream", b"</stream:stream>"),
    ("a stanza and the stream's end", message(b"") + b"</stream:stream>"),
    ("a stanza that breaks out", message(b"</message><iq/><message>")),
    ("a tag that does not end", b"<message to='" + b"b" * 500_000),
    ("a megabyte of angle brackets", b"<" * 1_000_000),
    ("a megabyte of spaces", b" " * 1_000_000),
    ("nothing", b""),
]

# A sentence, the body, the status and the condition.
REFUSED = [
    ("a stream", b"<stream:stream " + STREAM + b"/>", 422, "invalid-namespace"),
    ("a stream error", b"<stream:error " + STREAM + b"/>", 422, "invalid-namespace"),
    ("a handshake", b"<handshake>x</handshake>", 422, "unsupported-stanza-type"),
    ("a stanza of servers", b"<message xmlns='jabber:server' to='bob@localhost'/>", 422, "invalid-namespace"),
    ("100,000 elements", message(b"<a/>" * 100_000), 413, "resource-constraint"),
    ("100,000 references", message(b"<body>" + b"&#x1F600;" * 100_000 + b"</body>"), 413, "resource-constraint"),
    ("more than the limit", message(b"<body>" + b"x" * (1 << 20) + b"</body>"), 413, "resource-constraint"),
    ("an address of 100,000 letters", b"<message to='" + b"b" * 100_000 + b"'/>", 422, "improper-addressing"),
    ("an address with a tag", b"<message to='&lt;a/&gt;@localhost'/>", 422, "improper-addressing"),
    ("1,000 children of an iq", b"<iq type='get' to='localhost'>" + b"<a/>" * 1000 + b"</iq>", 422, "bad-format"),
]

TAKEN = [
    ("100 levels", nested(100)),
    ("100 attributes", message(b"", b"".join(b" a%d=''" % i for i in range(99)))),
    ("50,000 elements", message(b"<a/>" * 50_000)),
    ("70,000 pieces of CDATA", message(b"<body>" + b"<![CDATA[x]]>" * 70_000 + b"</body>")),
    ("20,000 declared prefixes", message(b"<x" + b"".join(b" xmlns:a%d='u%d'" % (i, i) for i in range(20_000)) + b"/>")),
    ("a type that would break an attribute", message(b"", b" type='&apos; to=&apos;eve@localhost'")),
]


class Xml(Besieged):
    settings = {"rest_stanza_size_limit": 1 << 20}

    def test_an_entity_that_points_at_a_file_is_not_read(self):
        with tempfile.NamedTemporaryFile() as secret:
            secret.write(SECRET.encode())
            secret.flush()
            for kind in ("SYSTEM", "PUBLIC 'x'"):
                entity = f"<!ENTITY a {kind} 'file://{secret.name}'>".encode()
                sent = post(declared(entity), b"application/xmpp+xml", JSON_WANTED, target=b"/rest/echo")
                self.assertNotIn(SECRET, self.refusal(sent, 400, "not-well-formed"))

    def test_an_entity_or_a_DOCTYPE_that_points_at_a_server_asks_nobody(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            url = b"http://127.0.0.1:%d/" % listener.getsockname()[1]
            for body in (declared(b"<!ENTITY a SYSTEM '%s'>" % url), declared(b"<!ENTITY %% a SYSTEM '%s'> %%a;" % url),
                         b"<!DOCTYPE message SYSTEM '%s'>" % url + message(b""),
                         message(b"<x xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='%s'/></x>" % url + b"<a>")):
                self.refusal(post(body, b"application/xmpp+xml", JSON_WANTED), 400, "not-well-formed")
            with self.assertRaises(BlockingIOError):
                listener.accept()

    def test_a_long_namespace_that_a_short_prefix_repeats_takes_no_more_than_a_large_body(self):
        for part in (b"<p:b/>", b"<b p:a=''/>"):
            body = message(b"<a xmlns:p='" + LONG_NAMESPACE + b"'>" + part * 5000 + b"</a>")
            self.refusal(post(body, b"application/xmpp+xml", JSON_WANTED), 400, "not-well-formed")


def check(test, body, status, condition):
    test.refusal(post(body, b"application/xmpp+xml", JSON_WANTED, *([] if body else [b"Content-Length: 0"])), status, condition)


named(Xml, "is_not_well_formed", MALFORMED, lambda test, body: check(test, body, 400, "not-well-formed"))
named(Xml, "is_refused", REFUSED, check)
named(Xml, "is_taken", TAKEN, lambda test, body: test.answer(post(body), 202))


if __name__ == "__main__":
    unittest.main(verbosity=2)
