#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host as a command for xp_hostcheck: a component of a server that is standard input and output.

Usage: restanza_command.py PLUGIN --domain DOMAIN --settings JSON, as xp_hostcheck(1) says it. Where restanza-host is stands
in $RESTANZA_HOST.

Threads: the main one reads what the host says and waits for its end; one takes stanzas from the component's stream, one gives
it those of standard input.
Ownership: owns its directory, its socket and the host's process, which it ends.
"""
import hashlib
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ElementTree

import command_protocol as protocol

from support.host import PROGRAM, READY, section

SECRET, STREAM_ID = "component-secret", "stream-1"
STREAMS = "http://etherx.jabber.org/streams"
LAST_STANZAS = 30  # seconds, for what the host sent before it ended


class Network:
    """The server's side of XEP-0114, for one component that logs in once."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connection, self._logged_in = None, threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        self._connection, _ = self._listener.accept()
        parser, depth = ElementTree.XMLPullParser(("start", "end")), 0
        while received := self._receive():
            parser.feed(received)
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    self._begin(element)
                    root = element
                elif event == "end" and depth == 1:
                    self._take(element)
                    root.clear()
                elif depth == 0:  # the host says farewell, and waits for the same
                    self._connection.sendall(b"</stream:stream>")
                    self._connection.shutdown(socket.SHUT_WR)

    def _receive(self):
        try:
            return self._connection.recv(65536)
        except OSError:
            return b""

    def _begin(self, stream):
        self._connection.sendall(f"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='{STREAMS}' "
                                 f"from='{stream.get('to')}' id='{STREAM_ID}'>".encode())

    def _take(self, element):
        name = element.tag.rpartition("}")[2]
        if name == "handshake":
            wanted = hashlib.sha1((STREAM_ID + SECRET).encode()).hexdigest()
            if element.text != wanted:
                sys.exit("the component's handshake is wrong")
            self._connection.sendall(b"<handshake/>")
            self._logged_in.set()
        elif name in ("message", "presence", "iq"):
            protocol.write_stanza(element)

    def give(self, line):
        self._logged_in.wait()
        try:
            self._connection.sendall(line)
        except OSError:
            pass  # the host has ended

    def finish(self):
        """Once the host has ended: what it sent is taken."""
        if self._connection:
            self._reader.join(LAST_STANZAS)


def configuration(directory, port, plugin, domain, settings):
    return (section("", {"state_dir": f"{directory}/state"}) + section("[http]", {"listen": "127.0.0.1:0"})
            + section("[xmpp]", {"mode": "component", "server": f"127.0.0.1:{port}", "secret": SECRET})
            + section("[[plugin]]", {"load": plugin, "domain": domain}) + section("[plugin.settings]", settings))


def main():
    plugin, domain, settings = protocol.arguments()
    network = Network()
    with tempfile.TemporaryDirectory(prefix="restanza-command-") as directory:
        file = pathlib.Path(directory) / "restanza.toml"
        file.write_text(configuration(directory, network.port, plugin, domain, settings), encoding="utf-8")
        host = subprocess.Popen([PROGRAM, "--config", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        signal.signal(signal.SIGTERM, lambda *_: host.terminate())
        protocol.read_input(network.give, host.terminate)
        for line in host.stdout:
            if ready := re.search(READY, line):
                protocol.say_ready(ready["http"])
        code = host.wait()
        network.finish()
    protocol.end_as(code)


if __name__ == "__main__":
    main()
