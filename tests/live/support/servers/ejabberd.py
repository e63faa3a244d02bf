# SPDX-License-Identifier: MIT
"""An ejabberd of the test's own: private configuration and data, free ports on loopback, no TLS, no federation.

It runs in an Erlang node without a name, so that no port mapper is started and left behind, and without
ejabberdctl, which would change to the system's ejabberd user.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(). Accounts survive a restart.
"""
import glob
import os
import tempfile

from ..process import Program, free_ports, installed

LIBRARY = "/usr/lib/*/ejabberd-*/ebin/ejabberd.beam"

CONFIG = """
hosts: ["{domain}"]
loglevel: info
listen:
  - port: {c2s}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    starttls: false
    max_stanza_size: 1048576
  - port: {component}
    ip: "127.0.0.1"
    module: ejabberd_service
    hosts:
      "{component_domain}":
        password: "{secret}"
auth_password_format: plain
s2s_access: none
modules:
  mod_disco: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_version: {{}}
"""


class Ejabberd:
    name = "ejabberd"

    def __init__(self, accounts, domain="localhost", component_domain="rest.localhost", secret="component-secret"):
        self.domain = domain
        self.component_domain = component_domain
        self.secret = secret
        self.c2s_port, self.component_port = free_ports(2)
        self._accounts = accounts
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-ejabberd-")
        self._program = None
        with open(f"{self._directory.name}/ejabberd.yml", "w", encoding="utf-8") as config:
            config.write(CONFIG.format(
                c2s=self.c2s_port, component=self.component_port, domain=domain,
                component_domain=component_domain, secret=secret))

    @staticmethod
    def missing():
        """The Debian package to install, or None where the server is there."""
        return None if installed("erl") and glob.glob(LIBRARY) else "ejabberd"

    def start(self):
        directory = self._directory.name
        libraries = os.path.dirname(os.path.dirname(os.path.dirname(glob.glob(LIBRARY)[0])))
        env = dict(os.environ, ERL_LIBS=libraries, HOME=directory,
                   EJABBERD_CONFIG_PATH=f"{directory}/ejabberd.yml",
                   EJABBERD_LOG_PATH=f"{directory}/log/ejabberd.log",
                   ERL_CRASH_DUMP=f"{directory}/erl_crash.dump")
        register = ",".join(
            f'ejabberd_auth:try_register(<<"{user}">>,<<"{self.domain}">>,<<"{password}">>)'
            for user, password in self._accounts.items())
        self._program = Program(
            self.name,
            [installed("erl"), "-noinput", "-mnesia", "dir", f'"{directory}/spool"', "-s", "ejabberd",
             "-eval", f'{register}, io:format("accounts registered~n").'],
            env=env, cwd=directory)
        self._program.wait_for_line("accounts registered")
        for port in (self.c2s_port, self.component_port):
            self._program.wait_for_line(rf"Start accepting TCP connections at 127\.0\.0\.1:{port} ")
        return self

    def stop(self):
        self._program.stop()

    def kill(self):
        """As a crash: no stream is closed, the kernel ends the connections."""
        self._program.kill()

    def component_logins(self):
        """How often a component has logged in since the server was started."""
        return sum("Accepted external component handshake" in line for line in self._program.lines())

    def transcript(self):
        return self._program.transcript()

    def close(self):
        """At once: how long the server takes over its own end is no matter of the tests."""
        if self._program:
            self._program.kill()
        self._directory.cleanup()
