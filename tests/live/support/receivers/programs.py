# SPDX-License-Identifier: MIT
"""Receivers that are programs: nginx and Node.js, which print a line for each request that they have read.

Threads: for the test's thread.
Ownership: each owns its directory and its process; both are gone after close().
"""
import os
import tempfile

from ..certificates import server_files
from ..deadline import wait_until
from ..nginx import NginxProgram
from ..process import Program, accepts, free_ports, installed
from . import number_of

HTTP = """
  log_format got "got $http_webhook_id $request_uri";
  access_log /dev/stdout got;
  keepalive_timeout {timeout};
  keepalive_requests {requests};
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 204; }}
  }}
"""
NODE_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_server.cjs")


class Printing:
    """With a `port` and a `program`."""
    scheme = "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def got(self):
        """Probes with OPTIONS have no id."""
        words = [line.split(" ") for line in self.program.lines("out") if line.startswith("got ")]
        return [(each[1], number_of(each[2])) for each in words if each[1] != "-"]


class Nginx(Printing, NginxProgram):
    def __init__(self, timeout=75, requests=1000):
        """`timeout`: seconds for which a connection is kept; `requests`: so many are served on one."""
        super().__init__(lambda port: HTTP.format(port=port, timeout=timeout, requests=requests))


class Node(Printing):
    """With its own idea of how long a connection is kept, which is 5 s."""

    def __init__(self, authority=None):
        """`authority`: whose certificate it shows; then it takes other keys for its TLS tickets all the time."""
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-receiver-")
        tls = []
        if authority:
            self.scheme = "https"
            tls = server_files(self._directory.name, authority)
        self.program = Program("node", [installed("node"), NODE_SERVER, str(self.port), *tls])
        wait_until(lambda: accepts(self.port) or self._ended(), "node listens")

    def _ended(self):
        if not self.program.running():
            raise AssertionError("node did not start\n" + self.program.transcript())
        return False

    def close(self):
        self.program.stop()
        self._directory.cleanup()
