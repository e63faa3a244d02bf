#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages over HTTP, as fast as they go: restanza-host in front of a peer that drains, beside mod_rest, ejabberd's
send_stanza and a bare nginx, taking turns.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import json
import sys

import parts
from component_host import ComponentHost
from load import in_turns, rates, ratio, wrk
from nginx import Nginx
from peer import DOMAIN, PEOPLE, Peer
from request import JSON, Request, basic, message_json, message_xml
from rivals import ModRest
from support.servers.ejabberd_api import EjabberdApi
from support.host import Host
from support.servers.mod_rest import Unavailable
from table import Rows

TO = f"bob@{PEOPLE}"
FROM = f"bot@{DOMAIN}"
NAMES = {"xml": "POST message, XML", "json": "POST message, JSON", "health": "GET /rest/health",
         "mod_rest": "mod_rest: POST message, XML", "ejabberd": "ejabberd: send_stanza",
         "quiet": "ejabberd: send_stanza, without a line in its log for each call",
         "nginx": "nginx: POST with an empty answer"}
TARGETS = (("xml", "health", 0.7), ("json", "xml", 0.8), ("xml", "mod_rest", 10), ("xml", "ejabberd", 5))


def ours(host):
    login = basic(DOMAIN, Host.component_secret)
    xml = Request(host.port, body=message_xml(FROM, TO), authorization=login)
    json_text = Request(host.port, body=message_json(FROM, TO), content_type=JSON, authorization=login)
    health = Request(host.port, "/rest/health", accepted=200)
    return {"xml": lambda: wrk(xml), "json": lambda: wrk(json_text), "health": lambda: wrk(health)}


def of_mod_rest(server):
    request = Request(server.http_port, body=message_xml(FROM, TO), authorization=basic("bot", server.password))
    return {"mod_rest": lambda: wrk(request)}


def of_ejabberd(server):
    body = json.dumps({"from": "bot@localhost", "to": TO, "stanza": message_xml("bot@localhost", TO)})
    request = Request(server.http_port, "/api/send_stanza", body, JSON, accepted=200)

    def at(level):
        server.log_at(level)
        return wrk(request)
    return {"ejabberd": lambda: at("info"), "quiet": lambda: at("warning")}


def of_nginx(server):
    request = Request(server.port, body="", accepted=204)
    return {"nginx": lambda: wrk(request)}


def main():
    rows = Rows("messages")
    absent = {}
    with contextlib.ExitStack() as running:
        def start(server):
            running.callback(server.close)
            return server

        contenders = ours(start(ComponentHost()))
        try:
            mod_rest = start(ModRest())
            start(Peer(mod_rest))
            contenders.update(of_mod_rest(mod_rest))
        except Unavailable as why:
            absent["mod_rest"] = str(why)
        if EjabberdApi.missing():
            absent["ejabberd"] = "ejabberd is not installed"
        else:
            ejabberd = start(EjabberdApi(PEOPLE))
            start(Peer(ejabberd))
            contenders.update(of_ejabberd(ejabberd))
        if not Nginx.missing():
            contenders.update(of_nginx(start(Nginx())))
        results = in_turns(contenders)
    given = rates(rows, NAMES, results)
    for above, below, target in TARGETS:
        what = f"{NAMES[above]} / {NAMES[below]}"
        if below in given:
            rows.at_least(what, ratio(given[above], given[below]), target)
        else:
            rows.not_measured(what, absent[below], f"at least {target}")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
