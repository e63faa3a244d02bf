# SPDX-License-Identifier: MIT
"""A program that a test runs: its lines can be waited for, and it is stopped by its own process id.

Threads: one reader thread for each output; the methods are for the test's thread.
Ownership: stop() ends exactly the process that start() began; no other process is ever touched.
"""
import contextlib
import fcntl
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from .deadline import DEADLINE, Missed

KEPT_LINES_SHOWN = 60
PORTS = (10240, 32768)
DEFAULT_PORTS = (5280, 5222)


def free_ports(count):
    """Different free ports of loopback, below those that the kernel gives to outgoing connections.

    A server that is down keeps no claim on its port; one from the kernel's own range could be taken meanwhile
    by anybody's connection, even by the client that tries to reach the server.
    """
    found = set()
    while len(found) < count:
        port = random.SystemRandom().randrange(*PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                found.add(port)
            except OSError:
                continue
    return list(found)


def accepts(port):
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def default_ports():
    """The ports that restanza-host takes without a file, (HTTP, XMPP), for one test at a time, of whichever process;
    None where another program listens there."""
    with open(f"{tempfile.gettempdir()}/restanza-default-ports-{os.getuid()}", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield None if any(map(accepts, DEFAULT_PORTS)) else DEFAULT_PORTS


def installed(program):
    """The path of a program or None; the sbin directories count although a user's PATH may lack them."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin")


class Program:
    def __init__(self, name, command, env=None, cwd=None, stdin=subprocess.DEVNULL):
        self.name = name
        self._lines = []
        self._open_outputs = 2
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        self._readers = [
            threading.Thread(target=self._read, args=(source, output), daemon=True)
            for source, output in (("out", self._process.stdout), ("err", self._process.stderr))]
        for reader in self._readers:
            reader.start()

    def _read(self, source, output):
        for line in output:
            with self._changed:
                self._lines.append((source, line.decode("utf-8", "replace").rstrip("\n")))
                self._changed.notify_all()
        with self._changed:
            self._open_outputs -= 1
            self._changed.notify_all()

    def lines(self, source=None):
        with self._changed:
            return [line for where, line in self._lines if source in (None, where)]

    def wait_for_line(self, pattern, source=None, deadline=DEADLINE, since=0):
        """The match of the first line, also of those already printed, in which the pattern is found; the first
        `since` lines do not count."""
        end = time.monotonic() + deadline
        seen = since
        with self._changed:
            while True:
                for where, line in self._lines[seen:]:
                    found = re.search(pattern, line) if source in (None, where) else None
                    if found:
                        return found
                seen = len(self._lines)
                left = end - time.monotonic()
                if left <= 0 or self._open_outputs == 0:
                    break
                self._changed.wait(left)
        why = "ended" if self._open_outputs == 0 else f"said nothing like it for {deadline:g} s"
        raise Missed(f"{self.name} {why}; expected {pattern!r}\n{self.transcript()}")

    def transcript(self, first=None):
        """The last lines, or those that begin with the line `first`."""
        lines = self.lines()
        shown = lines[lines.index(first):][:KEPT_LINES_SHOWN] if first else lines[-KEPT_LINES_SHOWN:]
        return f"--- {self.name} (process {self._process.pid}) printed:\n" + "\n".join(shown) + "\n---"

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self, deadline=DEADLINE):
        """The exit code; a program that does not end in time is killed and the test fails."""
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise Missed(f"{self.name} did not end within {deadline:g} s\n{self.transcript()}") from None
        for reader in self._readers:
            reader.join(DEADLINE)
        for output in (self._process.stdout, self._process.stderr):
            output.close()
        return self._process.returncode

    def stop(self, deadline=DEADLINE):
        """Ends it politely and returns its exit code; for a program that has ended already, just the code."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(deadline)

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
        return self.wait()
