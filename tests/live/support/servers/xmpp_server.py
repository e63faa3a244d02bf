# SPDX-License-Identifier: MIT
"""What the tests' real XMPP servers have in common; each is a class of its own in a file of its own.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(). Accounts survive a restart.
"""
import tempfile

from ..deadline import wait_until
from ..process import Program, accepts, free_ports


class XmppServer:
    """A server of the test's own: private configuration and data, free ports on loopback, no TLS, no federation."""
    # Of the kind of server, each by its class:
    name = None
    package = None  # Debian's
    config = None  # with the fields that are filled in below
    config_file = None  # its name in the directory
    login_line = None  # part of the line that tells of a component's login

    def __init__(self, accounts, domain="localhost", component_domain="rest.localhost", secret="component-secret"):
        self.domain = domain
        self.component_domain = component_domain
        self.secret = secret
        self.c2s_port, self.component_port = free_ports(2)
        self._accounts = accounts
        self._directory = tempfile.TemporaryDirectory(prefix=f"restanza-{self.name.lower()}-")
        self._config_path = f"{self._directory.name}/{self.config_file}"
        self._program = None
        with open(self._config_path, "w", encoding="utf-8") as config:
            config.write(self.config.format(
                directory=self._directory.name, c2s=self.c2s_port, component=self.component_port, domain=domain,
                component_domain=component_domain, secret=secret))

    @classmethod
    def missing(cls):
        """The Debian package to install, or None where the server is there."""
        return None if cls.is_installed() else cls.package

    @staticmethod
    def is_installed():
        raise NotImplementedError

    def start(self):
        self._program = Program(self.name, self.command(), env=self.environment(), cwd=self._directory.name)
        self.wait_until_started()
        return self

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None  # that of the test

    def wait_until_started(self):
        self.wait_for_ports(self.component_port, self.c2s_port)

    def wait_for_ports(self, *ports):
        wait_until(lambda: all(map(accepts, ports)) or self._ended(), f"{self.name} listens")

    def _ended(self):
        if not self._program.running():
            raise AssertionError(f"{self.name} did not start\n{self.transcript()}")
        return False

    def stop(self):
        self._program.stop()

    def kill(self):
        """As a crash: no stream is closed, the kernel ends the connections."""
        self._program.kill()

    def component_logins(self):
        """How often a component has logged in since the server was started."""
        return sum(self.login_line in line for line in self._program.lines())

    def transcript(self):
        return self._program.transcript()

    def close(self):
        """At once: how long the server takes over its own end is no matter of the tests."""
        if self._program:
            self._program.kill()
        self._directory.cleanup()
