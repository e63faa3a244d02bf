#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A chat client without a window, on slixmpp: logs in and prints each message that arrives, until it is ended.

    chat_client.py alice@localhost 127.0.0.1:5222 < file-with-the-password

It connects without TLS, so use it on loopback only.

Threads: one, slixmpp's event loop.
"""
import argparse
import asyncio
import sys

import slixmpp


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        self["feature_mechanisms"].unencrypted_scram = True  # the password itself is not sent, on no connection
        self.over = asyncio.get_running_loop().create_future()  # gets the reason of the end
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("message", self.show)
        self.add_event_handler("failed_all_auth", lambda _: self.end("the server refused the password"))
        self.add_event_handler("connection_failed", lambda why: self.end(f"no connection: {why}"))
        self.add_event_handler("disconnected", lambda _: self.end("the connection has ended"))

    def connect_without_tls(self, host, port):
        self.use_ipv6 = ":" in host  # slixmpp looks the domain up, and a "localhost" would be ::1 first
        if hasattr(self, "enable_plaintext"):  # since slixmpp 1.9
            self.enable_direct_tls = self.enable_starttls = False
            self.enable_plaintext = True
            self.connect(host, port)
        else:
            self.connect((host, port), disable_starttls=True)

    async def begin(self, _):
        self.send_presence()
        # Stanzas are handled in their order: when this is answered, the server knows that we are available.
        await self.make_iq_get(queryxmlns="http://jabber.org/protocol/disco#info", ito=self.boundjid.domain).send()
        print(f"logged in as {self.boundjid.full}", flush=True)

    def show(self, message):
        said = "an error came back" if message["type"] == "error" else message["body"]
        print(f"{message['from'].bare}: {said}", flush=True)

    def end(self, why):
        if not self.over.done():
            self.over.set_result(why)


async def run(jid, host, port):
    client = Client(jid, sys.stdin.readline().rstrip("\n"))
    client.connect_without_tls(host, port)
    return await client.over


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("jid", help="who logs in, as alice@localhost; the password is read from standard input")
    arguments.add_argument("server", help="HOST:PORT of the server's port for clients")
    given = arguments.parse_args()
    host, port = given.server.rsplit(":", 1)
    try:
        sys.exit(f"{given.jid}: {asyncio.run(run(given.jid, host.strip('[]'), int(port)))}")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
