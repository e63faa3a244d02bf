# SPDX-License-Identifier: MIT
"""XML compared as data: attribute order, quotes, prefixes and the stream's own default namespace never matter.

Threads: pure functions.
"""
import xml.etree.ElementTree as ElementTree

STREAM_NAMESPACES = ("{jabber:client}", "{jabber:component:accept}", "{jabber:server}")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(text):
    return ElementTree.fromstring(text)


def local_name(name):
    for namespace in STREAM_NAMESPACES:
        if name.startswith(namespace):
            return name[len(namespace):]
    return name


def as_data(element, ignore=()):
    """Name, attributes, text and children as nested tuples; `ignore` names attributes of the outermost element."""
    attributes = sorted((name, value) for name, value in element.attrib.items() if name not in ignore)
    return (local_name(element.tag), tuple(attributes), element.text or "",
            tuple((as_data(child), child.tail or "") for child in element))


def children_as_data(element):
    return tuple(as_data(child) for child in element)


def child(element, name):
    """The first child with this name in the stream's own namespace, or None."""
    for each in element:
        if local_name(each.tag) == name:
            return each
    return None


def body_of(element):
    found = child(element, "body")
    return None if found is None else found.text or ""
