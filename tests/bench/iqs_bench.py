#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""iq pings over HTTP that the host's own domain answers in local mode, beside mod_rest's; and a mix of requests.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import sys

import parts
from load import in_turns, rates, ratio, wrk
from peer import DOMAIN
from request import JSON, Request, basic, message_json, message_xml, ping
from rivals import ModRest
from support.host import Host, local_mode
from support.servers.mod_rest import Unavailable
from table import Rows

FROM = f"bot@{DOMAIN}"
NAMES = {"ping": "POST iq ping, local mode", "mixed": "mixed, local mode: iq ping, message in XML, in JSON, health",
         "mod_rest": "mod_rest: POST iq ping"}


def main():
    rows = Rows("iqs")
    absent = None
    with contextlib.ExitStack() as running:
        host = Host(local_mode())
        running.callback(host.discard)
        port = int(host.http.rsplit(":", 1)[1])
        login = basic(DOMAIN, Host.component_secret)
        ask = Request(port, body=ping(FROM, "localhost"), authorization=login, accepted=200)
        # Nobody is logged in: a headline that finds nobody is dropped without an error (RFC 6121, section 8.5.2.2).
        nobody = FROM, "bob@localhost"
        mix = [ask, Request(port, body=message_xml(*nobody, kind="headline"), authorization=login),
               Request(port, body=message_json(*nobody, kind="headline"), content_type=JSON, authorization=login),
               Request(port, "/rest/health", accepted=200)]
        contenders = {"ping": lambda: wrk(ask), "mixed": lambda: wrk(*mix)}
        try:
            mod_rest = ModRest()
            running.callback(mod_rest.close)
            same = Request(mod_rest.http_port, body=ping(FROM, "localhost"),
                           authorization=basic("bot", mod_rest.password), accepted=200)
            contenders["mod_rest"] = lambda: wrk(same)
        except Unavailable as why:
            absent = str(why)
        results = in_turns(contenders)
    given = rates(rows, NAMES, results)
    what = f"{NAMES['ping']} / {NAMES['mod_rest']}"
    if absent:
        rows.not_measured(what, absent, "at least 10")
    else:
        rows.at_least(what, ratio(given["ping"], given["mod_rest"]), 10)
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
