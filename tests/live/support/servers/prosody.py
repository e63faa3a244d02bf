# SPDX-License-Identifier: MIT
"""A Prosody of the test's own: private configuration and data, free ports on loopback, no TLS, no federation.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(). Accounts survive a restart.
"""
import os
import tempfile

from ..deadline import wait_until
from ..process import Program, accepts, free_ports, installed

CONFIG = """
run_as_root = true
pidfile = "{directory}/prosody.pid"
data_path = "{directory}/data"
certificates = "{directory}"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
component_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
component_ports = {{ {component} }}
s2s_ports = {{}}
c2s_direct_tls_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "offline", "version" }}
modules_disabled = {{ "s2s", "tls" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
VirtualHost "{domain}"
Component "{component_domain}"
  component_secret = "{secret}"
"""


class Prosody:
    name = "Prosody"

    def __init__(self, accounts, domain="localhost", component_domain="rest.localhost", secret="component-secret"):
        self.domain = domain
        self.component_domain = component_domain
        self.secret = secret
        self.c2s_port, self.component_port = free_ports(2)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-prosody-")
        self._program = None
        self._write(accounts)

    @staticmethod
    def missing():
        """The Debian package to install, or None where the server is there."""
        return None if installed("prosody") else "prosody"

    def _write(self, accounts):
        directory = self._directory.name
        with open(f"{directory}/prosody.cfg.lua", "w", encoding="utf-8") as config:
            config.write(CONFIG.format(
                directory=directory, c2s=self.c2s_port, component=self.component_port, domain=self.domain,
                component_domain=self.component_domain, secret=self.secret))
        where = f"{directory}/data/{self.domain}/accounts"
        os.makedirs(where)
        for user, password in accounts.items():
            with open(f"{where}/{user}.dat", "w", encoding="utf-8") as account:
                account.write(f'return {{ ["password"] = "{password}" }};\n')

    def start(self):
        self._program = Program(
            self.name, [installed("prosody"), "--config", f"{self._directory.name}/prosody.cfg.lua", "-F"])
        wait_until(lambda: accepts(self.component_port) and accepts(self.c2s_port) or self._ended(),
                   "Prosody listens")
        return self

    def _ended(self):
        if not self._program.running():
            raise AssertionError("Prosody did not start\n" + self._program.transcript())
        return False

    def stop(self):
        self._program.stop()

    def kill(self):
        """As a crash: no stream is closed, the kernel ends the connections."""
        self._program.kill()

    def component_logins(self):
        """How often a component has logged in since the server was started."""
        return sum("External component successfully authenticated" in line for line in self._program.lines())

    def transcript(self):
        return self._program.transcript()

    def close(self):
        """At once: how long the server takes over its own end is no matter of the tests."""
        if self._program:
            self._program.kill()
        self._directory.cleanup()
