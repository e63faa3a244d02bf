# SPDX-License-Identifier: MIT
"""examples/curl_bot as a process that is killed and started. What it has said by then is in a pipe, and is not lost with it.

Threads: for the thread of the scenario.
Ownership: owns its process, and whatever that has started, until discard().
"""
import os
import pathlib
import signal

from ledger import DOMAIN
from support.process import Program
from support.rest_client import basic

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "examples" / "curl_bot"


class Bot:
    def __init__(self, directory, address, secret, readings):
        header = os.path.join(directory, "header")
        with open(header, "w", encoding="ascii") as file:
            file.write(f"Authorization: {basic(DOMAIN, secret)}\n")
        self._environment = {**os.environ, "RESTANZA_REST": f"http://{address}/rest", "RESTANZA_HEADER": header}
        self._readings, self._program, self._noted = readings, None, 0

    def start(self):
        self._readings.begin_life()
        self._program, self._noted = Program("curl_bot", [SCRIPT], env=self._environment), 0

    def said(self):
        return len(self._program.lines("out"))

    def collect(self):
        """Notes what it has said."""
        lines = self._program.lines("out")
        for line in lines[self._noted:]:
            self._readings.note(line)
        self._noted = len(lines)

    def kill(self):
        """With whatever it has started."""
        if not self._program.running():
            raise AssertionError("the bot did not wait to be killed\n" + self._program.transcript())
        self.discard()
        self.collect()

    def discard(self):
        if self._program and self._program.running():
            os.killpg(self._program.pid, signal.SIGKILL)
            self._program.wait()
