#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Restanza beside a real Prosody with mod_rest: the same requests and stanzas for both, what happens compared.

  side_by_side.py [--with WAY] [--only PATTERN]...

The cases are side_by_side/requests.json and the recorded ones of tests/vectors. Each side has the same server
behind it, so that even live queries are comparable: mod_rest runs in a Prosody, and Restanza in another one with the
same domains, or as a component in front of it. The ways are "component"; "inside", with HTTP on a port of its own;
"prosodys-http", inside as well, with HTTP through Prosody's; and "mod_rest", which compares mod_rest with itself. Prints
a line for each difference and a count; exits with 1 where one was not intended (side_by_side/differences.json holds
those that are), and with 77 where there is no Prosody or no mod_rest.

RESTANZA_HOST names the program; MOD_REST_DIR the directory that holds or shall hold an unpacked mod_rest.

Threads: the main thread, besides those of the support package.
Ownership: a Side owns its server, its hosts, its webhook and its raw components.
"""
import argparse
import fnmatch
import json
import os
import re
import sys

from support.comparable import Rules, body_data, element_data, shown
from support.deadline import DEADLINE, Missed
from support.host import Host, component_of
from support.servers.mod_rest import TwinProsody, Unavailable, With, plugins_with_mod_rest
from support.played import FULL, one_in, played, told
from support.raw_component import RawComponent
from support.rest_client import RestClient, basic
from support.webhook import NOTHING, Answer, Webhook
from support.xml_data import parse

HERE = os.path.dirname(os.path.abspath(__file__))
MOD_REST_DIR = os.environ.get("MOD_REST_DIR", os.path.expanduser("~/.cache/restanza/prosody-modules"))
SKIPPED = 77
LATE = DEADLINE / 5  # for a stanza that one side sent and the other did not; only differences cost this long
SHOWN = 300  # characters of each side's part of a difference
SAME_SHOWN = 80  # of those before it

XML = "application/xmpp+xml"
HOME = "home.localhost"  # has accounts
MADE_RESOURCE = re.compile(r"(alice@home\.localhost)/[\w-]{12}")  # in Prosody 13, of whoever sends by a token through mod_rest
WAYS = {"component": With.COMPONENT, "inside": With.RESTANZA, "prosodys-http": With.RESTANZA_THROUGH_PROSODYS_HTTP,
        "mod_rest": With.MOD_REST}
FORMATS = {"xml": XML, "json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain"}
HOOKS = {
    "hook.localhost": {"rest_callback_content_type": XML},
    "hookjson.localhost": {"rest_callback_content_type": "application/json"},
    "hookform.localhost": {"rest_callback_content_type": "application/x-www-form-urlencoded"},
    "hookurl.localhost": {"rest_callback_content_type": "json"},
    "hookask.localhost": {},
}


class Side:
    """Everything that one of the two needs; the same calls for both."""

    def __init__(self, name, served_by, plugins=None):
        self.name = name
        self._owned = []
        self._without_host = {}
        try:
            self._start(served_by, plugins)
        except BaseException:
            self.close()
            raise

    def _own(self, resource):
        self._owned.append(resource)
        return resource

    def _start(self, served_by, plugins):
        self.webhook = self._own(Webhook(self._callback))
        self.asking_webhook = self._own(Webhook(self._callback, wants="text/html, application/json;q=0.9"))
        hooks = {domain: {**settings, "rest_callback_url": self._webhook_of(domain).url} for domain, settings in HOOKS.items()}
        hooks["hookurl.localhost"]["rest_callback_url"] += "/{kind}/{type}/{to}/{from}"
        if served_by != With.MOD_REST:
            hooks = {domain: {**settings, "rest_callback_retry": False} for domain, settings in hooks.items()}
        server = self._own(TwinProsody({"rest.localhost": {}, **hooks}, ["src.localhost", "sink.localhost"], plugins, served_by,
                                       {HOME: {"rest_callback_url": self.webhook.url}}))
        server.start()
        self._logins = {}
        if served_by != With.COMPONENT:
            self.rest = RestClient(server.address("rest.localhost"), "", "")
            self.rest.authorization = server.authorization("rest.localhost")
            self._logins = {"alice": (server.address(HOME), basic("alice", "wonder")),
                            "token": (server.address(HOME), "Bearer " + server.token(HOME))}
        else:
            self.rest = self._own(Host(component_of(server))).rest
            for domain, settings in hooks.items():
                try:
                    self._own(Host(component_of(server), domain, settings))
                except Missed as why:
                    self._without_host[domain] = str(why).splitlines()[-2]
        self.source = self._own(RawComponent(server.component_port, "src.localhost", server.secret))
        self.sink = self._own(RawComponent(server.component_port, "sink.localhost", server.secret, self._sink_answer))
        self.sink_says = None
        self.webhook_says = NOTHING
        self._stamp = 0

    def _webhook_of(self, domain):
        return self.asking_webhook if domain == "hookask.localhost" else self.webhook

    def _callback(self, post):
        return NOTHING if b"sync-" in post.body else self.webhook_says

    def _sink_answer(self, iq):
        addresses = {"to": iq.get("from"), "from": iq.get("to"), "id": iq.get("id")}
        query = {"queryid": next((child.get("queryid") for child in iq if child.get("queryid")), "")}
        says = self.sink_says or ""
        if says.startswith(("<iq", "<message")):
            for name, value in {**addresses, **query}.items():
                says = says.replace("{" + name + "}", value)
            return says
        return "<iq type='result' from='{from}' to='{to}' id='{id}'>".format(**addresses) + says + "</iq>"

    def _sync_id(self):
        self._stamp += 1
        return f"sync-{self._stamp}"

    def request(self, request):
        """The answer to the request, and what reached the sink because of it; None where nobody could be asked."""
        rest, host = self.rest, "rest.localhost"
        if "login" in request:
            if not self._logins:
                return None
            host, rest = HOME, RestClient("", "", "")
            rest.address, rest.authorization = self._logins[request["login"]]
        response = rest.request(
            request["method"], request["path"], request.get("body"), request.get("content_type"), request.get("accept"),
            request["authorized"], {"Host": host, **request.get("headers", {})})
        reached = []
        if response.status in (200, 202) and not request["path"].startswith("/rest/echo"):
            # Stanzas keep their order, so whatever the request sent arrives before this one.
            sync = self._sync_id()
            rest.post(f"<message to='sink.localhost' id='{sync}'/>", host=host)
            reached = self.sink.until(lambda stanza: stanza.get("id") == sync)
        return response, reached

    def deliver(self, stanza, answer):
        """What the webhook was sent for a stanza, and what went back to the stanza's sender."""
        sent = parse(stanza)
        domain = sent.get("to").split("/")[0].split("@")[-1]
        if domain in self._without_host:
            raise AssertionError(self._without_host[domain])
        if domain == HOME and not self._logins:
            return None, []
        self.webhook_says = answer
        self.source.send(stanza)
        webhook = self._webhook_of(domain)
        try:
            post = webhook.next_post(deadline=LATE)
        except Missed:
            post = None
        # From the same to the same: within a conversation the order is kept.
        sync = self._sync_id()
        self.source.send(f"<iq type='get' from='{sent.get('from')}' to='{sent.get('to')}' id='{sync}'>"
                         "<query xmlns='urn:example:sync'/></iq>")
        replies = self.source.until(lambda each: each.get("id") == sync)
        webhook.next_post(lambda each: sync.encode() in each.body)
        return post, replies

    def close(self):
        while self._owned:
            self._owned.pop().close()


def request_case(case):
    """A case in its short form, filled up: the body under the name of its format, the rest by default."""
    request = {"method": "POST", "path": "/rest/echo", "authorized": True,
               **{key: case[key] for key in ("method", "path", "content_type", "accept", "authorized", "headers", "body", "login")
                  if key in case}}
    for name, media_type in FORMATS.items():
        if name in case:
            body = case[name]
            request["body"] = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            request.setdefault("content_type", media_type)
            request.setdefault("accept", "application/json" if name == "xml" else XML)
    if "repeat" in case:
        request["body"] = case["repeat"]["prefix"] + case["repeat"]["unit"] * case["repeat"]["times"] + \
            case["repeat"]["suffix"]
    if isinstance(request.get("body"), str):
        request["body"] = request["body"].encode("utf-8", "surrogateescape")
    return {**case, "request": request}


def recorded_request(case):
    flat = {"name": case["name"], "recorded": case["response"], **case["request"]}
    if "body_repeat" in flat:
        flat["repeat"] = flat.pop("body_repeat")
    if case["name"].startswith("get.") or case["name"] == "path.iq.version.path":
        flat.update(unordered=True, masked=["seconds"])
    return request_case(flat)


def recorded_webhook(case):
    return {"name": case["name"], "stanza": case["stanza"], "recorded": case["reply"],
            "answer": [case["callback_response"][key] for key in ("status", "content_type", "body")]}


def load(*path):
    with open(os.path.join(HERE, *path), encoding="utf-8") as file:
        return json.load(file)


def all_cases():
    ours = load("side_by_side", "requests.json")
    requests = [recorded_request(case) for case in load("..", "vectors", "rest.json")] + \
        [request_case(case) for case in ours["requests"]]
    webhooks = [recorded_webhook(case) for case in load("..", "vectors", "webhooks.json")] + ours["webhooks"]
    return requests, webhooks


def observed_request(side, case):
    """What happened, as the parts that are compared, each as comparable data."""
    side.sink_says = case.get("sink")
    request = case["request"]
    body = (request.get("body") or b"").decode("utf-8", "replace")
    made = request.get("content_type") != XML
    rules = Rules(body + request["path"] + (side.sink_says or ""), made or case.get("unordered", False),
                  case.get("masked", ()))
    seen = side.request(request)
    if not seen:
        return dict.fromkeys(("status", "type", "body", "sent"))
    response, reached = seen
    media_type = response.headers.get_content_type() if response.body else None
    parts = {"status": response.status, "type": media_type, "body": body_data(media_type, response.body, rules),
             "sent": [element_data(stanza, rules) for stanza in reached]}
    for name in case.get("compare_headers", ()):
        parts["header " + name] = response.headers.get(name)
    return json.loads(MADE_RESOURCE.sub(r"\1", json.dumps(parts))) if case.get("login") == "token" else parts


def observed_webhook(side, case):
    status, content_type, body = case["answer"]
    post, replies = side.deliver(case["stanza"], Answer(status, content_type or None, body.encode("utf-8", "surrogateescape")))
    made = bool(content_type) and not content_type.startswith(XML)
    replied = [element_data(reply, Rules(case["stanza"] + body, made)) for reply in replies]
    if post is None:
        return {"path": None, "type": None, "language": None, "post": None, "replies": replied}
    media_type = post.headers.get_content_type()
    path = re.sub("%[0-9a-f]{2}", lambda escape: escape[0].upper(), post.path, flags=re.IGNORECASE)
    return {"path": path, "type": media_type, "language": post.headers.get("Content-Language"),
            "post": body_data(media_type, post.body, Rules(case["stanza"])),
            "replies": replied}


def around_the_difference(*texts):
    """The texts where they begin to differ, short enough for a line."""
    same = len(os.path.commonprefix(texts))
    begin = max(0, same - SAME_SHOWN)
    return [("…" if begin else "") + text[begin:begin + SHOWN] for text in texts]


class Report:
    def __init__(self, names, intended):
        self._names = names
        self._intended = intended
        self._seen = set()
        self.equal = self.expected = self.unexpected = 0

    def add(self, name, seen):
        left, right = seen
        parts = [part for part in left if shown(left[part]) != shown(right.get(part))]
        unexplained = []
        for part in parts:
            rule = self._rule_for(name, part)
            if not rule:
                unexplained.append(part)
            word = f"intended ({rule['reason']})" if rule else "UNEXPECTED"
            texts = around_the_difference(shown(left[part]), shown(right.get(part)))
            print(f"{word}: {name}: {part}: " + " | ".join(map(" ".join, zip(self._names, texts))))
        self.unexpected += bool(unexplained)
        self.expected += bool(parts) and not unexplained
        self.equal += not parts

    def failed(self, name, error):
        self.unexpected += 1
        print(f"UNEXPECTED: {name}: {type(error).__name__}: {str(error)[:SHOWN]}")

    def _rule_for(self, name, part):
        for rule in self._intended:
            if fnmatch.fnmatchcase(name, rule["case"]) and part in rule["differs"]:
                self._seen.add(rule["case"])
                return rule
        return None

    def not_seen(self):
        """The intended differences that did not show: a row that is not built yet, or not needed any longer."""
        return [rule for rule in self._intended if rule["case"] not in self._seen]

    def total(self):
        return self.equal + self.expected + self.unexpected


def kind_of(case):
    """The first word of its name, such as json."""
    return case["name"].split(".")[0]


def chosen(cases, patterns):
    """Those that are asked for by name, else a slice of each kind."""
    if patterns:
        return [case for case in cases if any(fnmatch.fnmatchcase(case["name"], each) for each in patterns)]
    return one_in(played(full=1, slice=4, sanitized=8), cases, kind_of)


def intended_differences(way):
    """Those of this way of running: a rule that has `with` is for the ways that it names, and others are for Restanza."""
    return [rule for rule in load("side_by_side", "differences.json")["differences"]
            if way in rule.get("with", WAYS.keys() - {"mod_rest"})]


def compare(sides, patterns, intended):
    report = Report([side.name for side in sides], intended)
    requests, webhooks = all_cases()
    for observe, cases in ((observed_request, requests), (observed_webhook, webhooks)):
        for case in chosen(cases, patterns):
            try:
                report.add(case["name"], [observe(side, case) for side in sides])
            except (AssertionError, OSError) as error:
                report.failed(case["name"], error)
    return report


def skip(why):
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(SKIPPED)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--with", dest="served_by", choices=sorted(WAYS), default="component")
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    if TwinProsody.missing():
        skip(f"the Debian package {TwinProsody.missing()} is not installed")
    try:
        plugins = plugins_with_mod_rest(MOD_REST_DIR)
    except Unavailable as why:
        skip(why)
    served_by = WAYS[arguments.served_by]
    left = Side("mod_rest", With.MOD_REST, plugins)
    try:
        itself = served_by == With.MOD_REST
        right = Side("mod_rest again" if itself else "Restanza", served_by, plugins if itself else None)
        try:
            report = compare((left, right), arguments.only, intended_differences(arguments.served_by))
        finally:
            right.close()
    finally:
        left.close()
    for rule in report.not_seen() if FULL and not arguments.only else ():
        print(f"not seen: {rule['case']}: {rule['reason']}")
    print(f"{report.total()} cases ({'those named' if arguments.only else told()}): {report.equal} equal, "
          f"{report.expected} intended differences, {report.unexpected} unexpected")
    sys.exit(1 if report.unexpected or not report.total() else 0)


if __name__ == "__main__":
    main()
