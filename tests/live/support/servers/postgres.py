# SPDX-License-Identifier: MIT
"""A PostgreSQL server of the test's own, on a free port of loopback and a Unix socket: with a role and a database
`restanza`, whom it trusts. What breaks a server can be done to it; a standby can follow it and take its place.

Threads: for the test's thread.
Ownership: owns its directory and its processes; both are gone after close().
"""
import glob
import os
import shutil
import signal
import subprocess
import tempfile

from ..deadline import wait_until
from ..process import Program, free_ports

USER = "postgres"  # who runs the server where the test is root, whom PostgreSQL refuses
QUICK = {"fsync": "off", "full_page_writes": "off"}  # where nobody asks what a crash of the machine would lose


def binaries():
    """The directory of the newest server that is installed, or None."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4]))) if found else None


def as_user(command):
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", *command]


def children(pid):
    """The process ids, all the way down."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as found:
            own = [int(each) for each in found.read().split()]
    except OSError:
        return []
    return own + [below for each in own for below in children(each)]


class Postgres:
    @staticmethod
    def missing():
        """The Debian package to install, or None where the program is there."""
        return None if binaries() else "postgresql"

    def __init__(self, settings=None, primary=None):
        """`primary`: the server that this one follows."""
        self.directory = tempfile.mkdtemp(prefix="restanza-postgres-")
        self.port, = free_ports(1)
        self.settings = {"max_connections": 200, **(settings or {})}
        self.program = None
        if os.geteuid() == 0:
            shutil.chown(self.directory, USER, USER)
        os.chmod(self.directory, 0o755)
        if primary:
            self._run("pg_basebackup", "-D", self._data, "-h", primary.directory, "-p", str(primary.port), "-U", USER,
                      "-R", "-X", "stream", "-c", "fast")
        else:
            self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale",
                      "--no-instructions")
        self.begin()
        if not primary:
            self.sql("CREATE ROLE restanza LOGIN", "postgres")
            self.sql("CREATE DATABASE restanza OWNER restanza", "postgres")

    @property
    def _data(self):
        return f"{self.directory}/data"

    def _run(self, program, *arguments):
        done = subprocess.run(as_user([f"{binaries()}/{program}", *arguments]), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, cwd="/", check=False)
        if done.returncode != 0:
            raise AssertionError(f"{program} ended with {done.returncode}\n{done.stdout}")

    def begin(self):
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.directory,
                   **self.settings}
        self.program = Program("postgres", as_user([f"{binaries()}/postgres", "-D", self._data,
                                                    *(f"-c{key}={value}" for key, value in options.items())]), cwd="/")
        wait_until(self._accepts, "PostgreSQL answers")

    def _accepts(self):
        if not self.program.running():
            raise AssertionError("PostgreSQL did not start\n" + self.program.transcript())
        return subprocess.run([f"{binaries()}/pg_isready", "-q", "-h", self.directory, "-p", str(self.port)],
                              check=False).returncode == 0

    @property
    def url(self):
        """As the setting `journal` has it."""
        return f"postgresql://restanza@127.0.0.1:{self.port}/restanza"

    def url_with(self, standby):
        """The same for whichever of the two can be written to."""
        return f"postgresql://restanza@127.0.0.1:{self.port},127.0.0.1:{standby.port}/restanza"

    @property
    def socket_url(self):
        return f"postgresql://restanza@/restanza?host={self.directory}&port={self.port}"

    def sql(self, text, database="restanza", user=USER):
        """What it gives, a row a line, columns between '|'."""
        done = subprocess.run([f"{binaries()}/psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h",
                               self.directory, "-p", str(self.port), "-U", user, "-d", database, "-c", text],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{text}\n{done.stderr}")
        return done.stdout.rstrip("\n")

    def end_connections(self):
        """Those of hosts, as an operator would."""
        self.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'restanza'")

    def stop(self):
        """In order, but without waiting for those who are connected."""
        self.program.signal(signal.SIGINT)
        self.program.wait()

    def restart(self):
        self.stop()
        self.begin()

    def kill(self):
        """All of its processes at once."""
        self._signal_all(signal.SIGKILL)
        self.program.wait()

    def _signal_all(self, number):
        for pid in [self.program.pid, *children(self.program.pid)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def freeze(self):
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    def promote(self):
        self.sql("SELECT pg_promote()", "postgres")

    def close(self):
        if self.program and self.program.running():
            self._signal_all(signal.SIGCONT)
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
