# SPDX-License-Identifier: MIT
"""The program `peer`, obeying: the server of one component's link, or a component of a server.

Threads: for the part's thread.
Ownership: owns its process, which has ended after close().
"""
import subprocess

from load import PROGRAMS

DOMAIN = "rest.localhost"  # whose messages all contenders take
PEOPLE = "people.localhost"  # where others write to it from, and are written to


class Peer:
    secret = "component-secret"

    def __init__(self, server=None, domain=PEOPLE):
        arguments = ["connect", str(server.component_port), domain, server.secret] if server else ["listen"]
        self._process = subprocess.Popen([f"{PROGRAMS}/peer", *arguments], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)
        if server:
            self.wait_ready()
        else:
            self.component_port = int(self._line("listening"))

    def _line(self, word):
        line = self._process.stdout.readline().split()
        if not line or line[0] != word:
            raise AssertionError(f"the peer said {line} instead of {word!r}")
        return line[1] if len(line) > 1 else None

    def wait_ready(self):
        self._line("ready")

    def _ask(self, command, word):
        self.begin(command)
        return self._line(word)

    def begin(self, command):
        self._process.stdin.write(command + "\n")

    def begin_push(self, count, domain=PEOPLE, to=f"bot@{DOMAIN}"):
        """That many messages from 64 people in turn; end_push waits until all are in the socket."""
        self.begin(f"push {count} {domain} {to}")

    def end_push(self):
        self._line("pushed")

    def hold(self):
        self._ask("hold", "holding")

    def kept(self):
        return int(self._ask("kept", "kept"))

    def answer(self):
        """The moment before the first answer, of CLOCK_MONOTONIC."""
        return float(self._ask("answer", "answered"))

    def messages(self):
        return int(self._ask("messages", "messages"))

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
