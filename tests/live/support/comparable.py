# SPDX-License-Identifier: MIT
"""Bodies as data that can be compared: what the formats or the servers may choose freely is evened out.

Generated ids become "*", a language that only the server added is left out, the members of a JSON object and attributes have no order, and neither do sibling elements
where the XML was made from something else. What cannot be parsed is compared as the text that it is.

Threads: pure functions.
"""
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

from .xml_data import LANGUAGE, local_name

ANY = "*"
STANZAS = ("message", "presence", "iq")
JSON_INSIDE = ("{urn:xmpp:json-msg:0}payload", "{urn:xmpp:json:0}json")


class Rules:
    """What counts as equal in one case: ids outside `known` text were generated, `masked` names hold any value."""

    def __init__(self, known="", unordered=False, masked=()):
        self.known = known
        self.unordered = unordered
        self.masked = masked

    def value(self, name, value, in_stanza):
        if name in self.masked or (name == "id" and in_stanza and str(value) not in self.known):
            return ANY
        return value


def element_data(element, rules):
    name = local_name(element.tag)
    attributes = {local_name(key): rules.value(local_name(key), value, name in STANZAS)
                  for key, value in sorted(element.attrib.items())
                  if not (key == LANGUAGE and name in STANZAS and "lang" not in rules.known)}
    children = [element_data(child, rules) for child in element]
    if rules.unordered:
        children.sort(key=lambda child: json.dumps(child, sort_keys=True))
    texts = [element.text or ""] + [child.tail or "" for child in element]
    if rules.unordered:
        texts = ["".join(texts)]
    if name in rules.masked:
        texts = [ANY]
    elif name in JSON_INSIDE and texts[0]:
        texts = [json_text_data(texts[0], rules)]
    data = [name, attributes]
    return data + ([texts] if any(texts) else []) + children


def json_data(value, rules, in_error=False):
    """The same value; a whole number is an integer however it is written, and error.source names the program."""
    if isinstance(value, dict):
        in_stanza = "kind" in value or "from" in value
        return {key: json_data(rules.value(key, each, in_stanza), rules, key == "error")
                for key, each in sorted(value.items()) if not (in_error and key == "source")}
    if isinstance(value, list):
        items = [json_data(each, rules) for each in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if rules.unordered else items
    return int(value) if isinstance(value, float) and value.is_integer() else value


def json_text_data(text, rules):
    try:
        return json_data(json.loads(text), rules)
    except ValueError:
        return text


def body_data(media_type, body, rules):
    """What a body of this type says; HTML, also where it is declared as something else, is for people."""
    if media_type == "text/html" or body.startswith(b"<!DOCTYPE html>"):
        return ANY
    try:
        if media_type == "application/xmpp+xml":
            return element_data(ElementTree.fromstring(body), rules)
        if media_type == "application/json":
            return json_data(json.loads(body), rules)
        if media_type == "application/x-www-form-urlencoded":
            fields = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
            return sorted([name, rules.value(name, value, True)] for name, value in fields)
    except (ElementTree.ParseError, ValueError):
        return ["not parseable", repr(body)]
    return body.decode("utf-8", "replace")


def shown(data):
    """The data on one line, strings as they are; also what decides whether two of them are the same."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)
