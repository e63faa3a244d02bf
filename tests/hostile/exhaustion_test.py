#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Nothing is left: no descriptor, no thread, no memory. Who comes then gets a clear error or a closed connection; the
program goes on, and serves as before once there is something again.

Threads: the test's thread, besides pools for what happens at once.
Ownership: each class owns one host.
"""
import concurrent.futures
import contextlib
import os
import resource
import shutil
import stat
import subprocess
import tempfile
import unittest

from besieged import AUTHORIZATION, PING, SANITIZED, Besieged, memory_of, post
from crowd import allow_descriptors
from support import host as host_module
from support.deadline import wait_until
from support.host import local_mode
from wire import connect, exchange

KIB, MIB = 1 << 10, 1 << 20
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
HEAD = b"POST /rest HTTP/1.1\r\nHost: h\r\nAuthorization: " + AUTHORIZATION + b"\r\n"


def place_for_nobody():
    """A directory for temporary files that a user without rights gets to."""
    places = [tempfile.gettempdir(), "/tmp", "/var/tmp"]
    for place in places:
        if subprocess.run([*AS_NOBODY, "test", "-x", place], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return place
    raise AssertionError(f"a user without rights gets to none of {', '.join(places)}")


@contextlib.contextmanager
def limited(pid, what, soft):
    """The limit of a program that runs, until the block ends."""
    before = resource.prlimit(pid, what, (soft, resource.prlimit(pid, what)[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, what, before)


class HostWithoutDescriptors(host_module.Host):
    """UndefinedBehaviorSanitizer opens a pipe to look at an object's type, and where it gets none takes the type for a
    wrong one: what it says of types says nothing here."""

    def complaints(self):
        return [line for line in super().complaints() if "which does not point to an object of type" not in line]


class Descriptors(Besieged):
    LIMIT = 64

    @classmethod
    def launch(cls):
        return HostWithoutDescriptors(local_mode(), settings=cls.settings)

    def crowded(self, connections):
        self.addCleanup(lambda: [each.close() for each in connections])
        wait_until(lambda: self.held()[0] >= self.LIMIT, "no descriptor is left")

    def test_silent_connections_that_take_every_descriptor_shut_nobody_out(self):
        with limited(self.host.program.pid, resource.RLIMIT_NOFILE, self.LIMIT):
            silent = [connect(self.host.http) for _ in range(200)]
            self.crowded(silent)
            for _ in range(20):
                self.serves()

    def test_clients_of_XMPP_that_take_every_descriptor_are_forgotten_when_they_have_left(self):
        with limited(self.host.program.pid, resource.RLIMIT_NOFILE, self.LIMIT):
            clients = [connect(self.host.c2s) for _ in range(200)]
            self.crowded(clients)
            for each in clients:
                each.close()
            wait_until(lambda: self.held()[0] <= self.before[0], "their descriptors are free again")
            self.serves()

    def test_connections_that_come_and_go_leave_nothing(self):
        for _ in range(2000):
            connect(self.host.http).close()
        self.serves()


class Threads(Besieged):
    """The limit counts for users other than root only: where the test is run by root, the host is nobody's."""

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(cls.as_nobody() if os.geteuid() == 0 else contextlib.nullcontext())
        super().setUpClass()

    @classmethod
    @contextlib.contextmanager
    def as_nobody(cls):
        """The host as a copy that belongs to nobody, with all its files where nobody gets to: the build may be in a
        home that is closed to others."""
        program, temporary = host_module.PROGRAM, tempfile.tempdir
        plugin = os.path.join(os.path.dirname(program), "..", "plugin", "restanza.so")
        with tempfile.TemporaryDirectory(prefix="restanza-nobody-", dir=place_for_nobody()) as directory:
            os.makedirs(f"{directory}/plugin")
            shutil.copyfile(plugin, f"{directory}/plugin/restanza.so")
            os.makedirs(f"{directory}/server_stub")
            shutil.copyfile(program, f"{directory}/server_stub/restanza-host")
            os.chmod(f"{directory}/server_stub/restanza-host", stat.S_IRWXU)
            script = f"{directory}/restanza-host"
            with open(script, "w", encoding="utf-8") as out:
                out.write("#!/bin/bash\ndirectory=$(dirname \"$0\")\n"
                          f"chown -R {NOBODY}:{NOBODY} \"$directory\"\n"
                          f"exec {' '.join(AS_NOBODY)} \"$directory/server_stub/restanza-host\" \"$@\"\n")
            os.chmod(script, stat.S_IRWXU)
            host_module.PROGRAM, tempfile.tempdir = script, directory
            try:
                yield
            finally:
                host_module.PROGRAM, tempfile.tempdir = program, temporary

    @classmethod
    def serves(cls):
        """Without the first request, which starts the threads whose absence is to be seen."""
        if hasattr(cls, "before"):
            super().serves()

    def limit(self, processes):
        # Its own user may set it, and root only with a capability that containers lack.
        command = ["prlimit", f"--pid={self.host.program.pid}", f"--nproc={processes}:"]
        if os.geteuid() == 0:
            command[:0] = AS_NOBODY
        subprocess.run(command, check=True)

    def test_a_request_for_which_no_thread_can_be_started_is_503_and_the_next_one_is_served(self):
        self.limit(1)
        seen = exchange(self.host.http, post(PING))
        self.assertEqual([(answer.status, answer.body) for answer in seen.answers],
                         [(503, b"no thread is free for the request\n")])
        self.assertTrue(seen.ended)
        self.limit(4096)
        self.serves()
        self.limit(1)
        for _ in range(20):
            self.serves()
        self.limit(4096)  # LeakSanitizer looks from a thread of its own


class Memory(Besieged):
    """AddressSanitizer takes terabytes of addresses and ends a program that gets no memory: under it there is no limit,
    and the same is sent. What unfinished requests may hold together is bounded by the host itself."""
    ROOM = 256 * MIB  # of addresses, above what the program has when it is idle
    kept_memory = ROOM
    lent_memory = ROOM + 64 * MIB  # and of those that it has already, as many as an arena of malloc spans

    @classmethod
    def setUpClass(cls):
        allow_descriptors(8192)
        super().setUpClass()

    def little(self):
        if SANITIZED:
            return contextlib.nullcontext()
        pid = self.host.program.pid
        return limited(pid, resource.RLIMIT_AS, memory_of(pid, "VmSize") + self.ROOM)

    def test_thousands_of_bodies_that_do_not_end_leave_room_for_others(self):
        body = HEAD + b"Content-Length: 190000\r\n\r\n" + b"x" * 180_000
        with self.little(), contextlib.ExitStack() as connections:
            for _ in range(2000):
                connection = connections.enter_context(connect(self.host.http))
                with contextlib.suppress(ConnectionError):
                    connection.sendall(body)
            self.serves()
        self.serves()

    def test_heads_that_do_not_end_leave_room_for_others(self):
        head = HEAD + b"A: " + b"b" * 31_000
        with self.little(), contextlib.ExitStack() as connections:
            for _ in range(6000):
                connection = connections.enter_context(connect(self.host.http))
                with contextlib.suppress(ConnectionError):
                    connection.sendall(head)
            self.serves()
        self.serves()

    def test_large_bodies_at_once_are_all_answered_or_refused(self):
        def attack(_):
            wide = post(b"<message to='bob@localhost'>" + b"<a/>" * 45_000 + b"</message>", b"application/xmpp+xml",
                        target=b"/rest/echo")
            return exchange(self.host.http, wide).answers
        with self.little(), concurrent.futures.ThreadPoolExecutor(32) as pool:
            for answers in pool.map(attack, range(128)):
                self.assertIn([answer.status for answer in answers], ([200], [500], [503], []), answers)
        self.serves()


if __name__ == "__main__":
    unittest.main(verbosity=2)
