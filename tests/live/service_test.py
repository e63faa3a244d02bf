#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host as a service: what it tells the service manager, and the credentials that it gets from it.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its directory, its socket and its host.
"""
import os
import re
import signal
import socket
import tempfile
import time
import unittest

from support.component_server import ComponentServer
from support.deadline import DEADLINE
from support.host import Host, component_of, local_mode
from support.process import free_ports
from support.rest_client import RestClient


class Secretless(Host):
    """A host whose configuration holds no secret but by the name of its file."""
    component_secret = None


class Service(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-service-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        # In the place of the service manager: datagrams, as sd_notify(3) describes them.
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(f"{self.directory}/notify")
        self.manager.settimeout(DEADLINE)

    def start(self, xmpp, notify=None, wait_ready=True):
        host = Host(xmpp, wait_ready=wait_ready, environment={"NOTIFY_SOCKET": notify or f"{self.directory}/notify"})
        self.addCleanup(host.discard)
        return host

    def told(self):
        """The next message, as its lines."""
        return self.manager.recv(4096).decode().splitlines()


class Telling(Service):
    def test_it_is_ready_when_it_listens_reloads_between_two_messages_and_says_that_it_stops(self):
        host = self.start(local_mode())
        self.assertEqual(self.told(), [f"STATUS=ready http={host.http} c2s={host.c2s}"])
        self.assertEqual(self.told(), ["READY=1"])

        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        host.program.signal(signal.SIGHUP)
        reloading, moment = self.told()
        self.assertEqual(reloading, "RELOADING=1")
        self.assertGreaterEqual(int(re.fullmatch(r"MONOTONIC_USEC=(\d+)", moment)[1]), before)
        self.assertEqual(self.told(), ["READY=1"])

        host.program.signal(signal.SIGTERM)
        self.assertEqual(self.told(), ["STOPPING=1"])
        self.assertEqual(host.program.wait(), 0, host.program.transcript())

    def test_a_configuration_that_is_wrong_ends_the_reload_as_well(self):
        host = self.start(local_mode())
        self.assertEqual([self.told()[0], self.told()[0]], [f"STATUS=ready http={host.http} c2s={host.c2s}", "READY=1"])
        with open(host.config, "a", encoding="utf-8") as config:
            config.write("rest_callback_ulr = 1\n")
        host.program.signal(signal.SIGHUP)
        self.assertEqual([self.told()[0], self.told()[0]], ["RELOADING=1", "READY=1"])
        self.assertEqual(host.program.stop(), 0, host.program.transcript())

    def test_a_server_that_is_down_does_not_keep_it_from_being_ready(self):
        port, = free_ports(1)
        host = self.start({"mode": "component", "server": f"127.0.0.1:{port}", "secret": "link"}, wait_ready=False)
        self.assertEqual(self.told(), ["STATUS=waiting for the XMPP server to accept the components"])
        self.assertEqual(self.told(), ["READY=1"])
        self.assertEqual([line for line in host.program.lines("out") if line.startswith("ready")], [])
        self.assertEqual(host.program.stop(), 0, host.program.transcript())

    def test_its_status_says_when_the_component_has_logged_in(self):
        server = ComponentServer()
        self.addCleanup(server.close)
        host = self.start(component_of(server), wait_ready=False)
        server.component = host.program
        server.log_in()
        host.wait_ready()
        heard = [self.told()[0] for _ in range(3)]
        self.assertEqual(heard[0], "STATUS=waiting for the XMPP server to accept the components")
        # Which comes first is decided by the server's answer.
        self.assertEqual(sorted(heard[1:]), ["READY=1", f"STATUS=ready http={host.http} component=rest.localhost"])

    def test_a_socket_that_cannot_be_one_is_named_and_no_reason_to_stop(self):
        host = self.start(local_mode(), notify="vsock:2:1234")
        host.program.wait_for_line(r"NOTIFY_SOCKET must be a path .* and is 'vsock:2:1234'", source="err")
        self.assertEqual(host.program.stop(), 0, host.program.transcript())


class Credentials(Service):
    def put(self, name, secret):
        os.makedirs(f"{self.directory}/credentials", exist_ok=True)
        with open(f"{self.directory}/credentials/{name}", "w", encoding="ascii") as file:
            file.write(secret + "\n")
        return {"CREDENTIALS_DIRECTORY": f"{self.directory}/credentials"}

    def test_a_name_without_a_slash_is_a_credential_for_the_link_and_for_clients(self):
        server = ComponentServer()
        self.addCleanup(server.close)
        self.put("link-secret", server.secret)
        environment = self.put("http-secret", "from-a-file")
        xmpp = {**component_of(server), "secret_file": "link-secret"}
        del xmpp["secret"]
        host = Secretless(xmpp, settings={"component_secret_file": "http-secret"}, wait_ready=False, environment=environment)
        self.addCleanup(host.discard)
        server.component = host.program
        server.log_in()
        host.wait_ready()
        client = RestClient(host.http, "rest.localhost", "from-a-file")
        self.assertEqual(client.request("POST", "/rest/message/chat/bob@localhost", "Hi", "text/plain").status, 202)

    def test_a_credential_that_the_unit_does_not_pass_is_named_with_the_line_for_it(self):
        host = Secretless(local_mode(), settings={"component_secret_file": "http-secret"}, wait_ready=False,
                          environment=self.put("other", "x"))
        self.addCleanup(host.discard)
        self.assertEqual(host.program.wait(), 1)
        self.assertIn("LoadCredential=http-secret:/path/to/a/file", host.program.transcript())


if __name__ == "__main__":
    unittest.main(verbosity=2)
