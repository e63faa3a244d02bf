# SPDX-License-Identifier: MIT
"""tests/abi/minimal_host.c, or examples/embed.cpp, as a test runs it: a pipe for a network, HTTP on a free port.

Threads: for the test's thread.
Ownership: owns its process and both ends of the pipe; close() ends it and fails where it ended badly.
"""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))

from support.host import COMPLAINTS, sanitized_environment  # noqa: E402
from support.process import Program  # noqa: E402
from support.rest_client import RestClient  # noqa: E402

PROGRAM = os.environ["MINIMAL_HOST"]
PLUGINS = {"restanza": os.environ["RESTANZA_SO"], "minimal": os.environ["MINIMAL_PLUGIN"],
           "pressure": os.environ["PRESSURE_PLUGIN"]}
DOMAIN = "rest.localhost"
SECRET = "rest-secret"


class MinimalHost:
    def __init__(self, plugin, settings=None, wait_ready=True, program=PROGRAM):
        reading, self._network = os.pipe()
        command = [program, PLUGINS.get(plugin, plugin), "--domain", DOMAIN, "--settings", json.dumps(settings or {})]
        try:
            self.program = Program("minimal_host", command, env=sanitized_environment(), stdin=reading)
        finally:
            os.close(reading)
        self.address = self.rest = None
        if wait_ready:
            self.address = self.program.wait_for_line(r"^ready http=(\S+)$", source="err")[1]
            self.rest = RestClient(self.address, DOMAIN, SECRET)

    def receive(self, line):
        """Hands the plugin a stanza from the network."""
        os.write(self._network, line.encode() + b"\n")

    def sent(self, pattern):
        """The first stanza that the plugin sent in which the pattern is found."""
        return self.program.wait_for_line(pattern, source="out")

    def end_input(self):
        if self._network is not None:
            os.close(self._network)
            self._network = None

    def close(self, code=0):
        """Ends it by the end of its input, if it runs still."""
        self.end_input()
        ended = self.program.wait()
        complaints = COMPLAINTS + ("bug: ",)
        if ended != code or any(word in line for line in self.program.lines("err") for word in complaints):
            raise AssertionError(f"minimal_host ended with {ended}\n{self.program.transcript()}")
