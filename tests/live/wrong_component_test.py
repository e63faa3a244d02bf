#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What people see who set up a component wrongly, at a real Prosody and a real ejabberd: the log names what to check.

Threads: the test's thread, besides those of the support package.
Ownership: each class owns its server, each test its host.
"""
import sys
import unittest

from support.servers.ejabberd import Ejabberd
from support.host import Host
from support.servers.prosody import Prosody

# What the servers answer differs; which mistake was made and what each server says to it.
HOSTED = "the server has no such component, or hosts this domain itself"
TAKEN = "another component has logged in under this name, or the server hosts this domain itself"
SECRET = "the secret is not the server's, or the server has no such component"
CLIENTS = r"this port is for clients: 'server' in \[xmpp\] must name the server's port for components"


class WrongComponent:
    server_class = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class({"alice": "wonder"})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def host(self, port=None, secret=None, **more):
        xmpp = {"mode": "component", "server": f"127.0.0.1:{port or self.server.component_port}",
                "secret": secret or self.server.secret}
        host = Host(xmpp, wait_ready=False, **more)
        self.addCleanup(host.discard)
        return host

    def hears(self, host, what, level="warning"):
        host.program.wait_for_line(f" {level} .* is not connected to 127.0.0.1:[0-9]+: .*{what}", source="err")

    def ends_over(self, host, what):
        self.assertEqual(host.program.wait(), 1, host.program.transcript())
        host.program.wait_for_line(
            f"^restanza-host: the server refused the component .*: not-authorized: {what}", source="err")
        self.assertNotIn(self.server.secret, "\n".join(host.program.lines()))

    def test_a_wrong_secret(self):
        self.ends_over(self.host(secret="something else"), SECRET)

    def test_the_port_for_clients(self):
        self.hears(self.host(port=self.server.c2s_port), CLIENTS)


class AtProsody(WrongComponent, unittest.TestCase):
    server_class = Prosody

    def test_a_domain_that_the_server_hosts_itself(self):
        self.hears(self.host(domain="localhost"), f"host-unknown.*{HOSTED}")

    def test_a_component_that_the_server_does_not_know(self):
        self.hears(self.host(domain="nowhere.localhost"), f"host-unknown.*{HOSTED}")

    def test_a_second_component_of_one_name(self):
        self.host().wait_ready()
        self.hears(self.host(), f"conflict.*{TAKEN}")


class AtEjabberd(WrongComponent, unittest.TestCase):
    server_class = Ejabberd

    def test_a_domain_that_the_server_hosts_itself(self):
        self.hears(self.host(domain="localhost"), f"conflict.*{TAKEN}")

    def test_a_component_that_the_server_does_not_know(self):
        self.ends_over(self.host(domain="nowhere.localhost"), SECRET)

    def test_a_second_component_of_one_name_is_let_in_beside_the_first(self):
        """So there is nothing to tell of: it deals the stanzas out among them."""
        self.host().wait_ready()
        self.host().wait_ready()


if __name__ == "__main__":
    for server in (Prosody, Ejabberd):
        if server.missing():
            print(f"SKIPPED: {server.name} is missing; the package is {server.missing()}", file=sys.stderr)
            sys.exit(77)
    unittest.main(verbosity=2)
