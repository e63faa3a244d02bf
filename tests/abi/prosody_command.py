#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A Prosody with mod_restanza as a command for xp_hostcheck. Everybody whom the plugin writes to is at a component, which is
standard input and output.

Usage: prosody_command.py component | virtual-host | prosodys-http PLUGIN --domain DOMAIN --settings JSON, as xp_hostcheck(1)
says it. Where the module is stands in $PROSODY_MODULE_DIR.

Threads: the main one reads what Prosody says and waits for its end; one takes stanzas from the component's stream, one gives
it those of standard input.
Ownership: owns Prosody's directory and process, which it ends.
"""
import os
import re
import signal
import subprocess
import sys
import threading

import command_protocol as protocol

from support.raw_component import RawComponent
from support.servers.prosody_inside import READY, ProsodyInside, ProsodyOnAHost, ProsodyWithItsOwnHttp

KINDS = {"component": ProsodyInside, "virtual-host": ProsodyOnAHost, "prosodys-http": ProsodyWithItsOwnHttp}
NETWORK = "localhost"  # where those are who write to the plugin
REFUSED = r"restanza\s+error\s+(.*)"  # before it is ready: the module is not loaded, and Prosody goes on without it
LAST_STANZAS = 30  # seconds, for what was sent before the end


class Output:
    """Where the component puts what it gets."""
    @staticmethod
    def put(stanza):
        protocol.write_stanza(stanza)


class Network:
    def __init__(self):
        self._component, self._logged_in = None, threading.Event()

    def log_in(self, server):
        self._component = RawComponent(server.component_port, NETWORK, server.secret, stanzas=Output)
        self._logged_in.set()

    def give(self, line):
        self._logged_in.wait()
        try:
            self._component.send(line)
        except OSError:
            pass  # Prosody has ended

    def finish(self):
        """Once Prosody has ended: what it sent is taken."""
        if self._component:
            self._component.wait_closed(LAST_STANZAS)


def hostile(kind):
    """A kind of Prosody, with the plugin of the command line."""
    plugin, domain, settings = protocol.arguments()

    class Hostile(kind):
        rest_domain = domain

        def __init__(self):
            super().__init__({}, {"restanza_plugin_settings": settings}, domain="server.localhost", component_domain=NETWORK,
                             library=os.path.abspath(plugin))

        def begin(self):
            """In the process group of this script, so that whoever ends that ends Prosody, too."""
            return subprocess.Popen(self.command(), cwd=self._directory.name, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return Hostile()


def serve(server, host, network):
    """Reads what Prosody says until it ends. Whether it has taken the plugin."""
    taken = refused = False
    for line in host.stdout:
        print(line, end="", file=sys.stderr, flush=True)
        if taken or refused:
            continue
        if ready := re.search(READY, line):
            taken = True
            network.log_in(server)
            protocol.say_ready(server.address(ready[1]))
        elif re.search(REFUSED, line):
            refused = True
            host.terminate()
    return taken


def main():
    server, network = hostile(KINDS[sys.argv[1]]), Network()
    host = server.begin()
    signal.signal(signal.SIGTERM, lambda *_: host.terminate())
    protocol.read_input(network.give, host.terminate)
    taken = serve(server, host, network)
    code = host.wait()
    network.finish()
    server.close()
    # One that was refused is told to end, perhaps before Prosody takes that as it does later.
    protocol.end_as(code if taken or code not in (0, -signal.SIGTERM) else 1)


if __name__ == "__main__":
    main()
