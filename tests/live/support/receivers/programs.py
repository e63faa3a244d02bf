# SPDX-License-Identifier: MIT
"""Receivers that are programs: nginx and Node.js, which print a line for each request that they have read.

Threads: for the test's thread.
Ownership: each owns its directory and its process; both are gone after close().
"""
import os
import tempfile

from ..certificates import server_files
from ..deadline import wait_until
from ..process import Program, accepts, free_ports, installed
from . import number_of

NGINX = """
{user}
worker_processes 1;
daemon off;
pid "{directory}/nginx.pid";
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  log_format got "got $http_webhook_id $request_uri";
  access_log /dev/stdout got;
  client_body_temp_path "{directory}/body";
  proxy_temp_path "{directory}/proxy";
  fastcgi_temp_path "{directory}/fastcgi";
  uwsgi_temp_path "{directory}/uwsgi";
  scgi_temp_path "{directory}/scgi";
  keepalive_timeout {timeout};
  keepalive_requests {requests};
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 204; }}
  }}
}}
"""
NODE_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_server.cjs")


class Printing:
    scheme = "http"

    def __init__(self):
        self.port, = free_ports(1)
        self.directory = tempfile.TemporaryDirectory(prefix="restanza-receiver-")
        self.program = None

    def start(self, name, command):
        self.program = Program(name, command)
        wait_until(lambda: accepts(self.port) or self._ended(), f"{name} listens")

    def _ended(self):
        if not self.program.running():
            raise AssertionError(f"{self.program.name} did not start\n" + self.program.transcript())
        return False

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def got(self):
        """Probes with OPTIONS have no id."""
        words = [line.split(" ") for line in self.program.lines("out") if line.startswith("got ")]
        return [(each[1], number_of(each[2])) for each in words if each[1] != "-"]

    def close(self):
        self.program.stop()
        self.directory.cleanup()


class Nginx(Printing):
    def __init__(self, timeout=75, requests=1000):
        """`timeout`: seconds for which a connection is kept; `requests`: so many are served on one."""
        super().__init__()
        path = f"{self.directory.name}/nginx.conf"
        with open(path, "w", encoding="utf-8") as config:
            config.write(NGINX.format(directory=self.directory.name, port=self.port, timeout=timeout, requests=requests,
                                      user="user root;" if os.geteuid() == 0 else ""))
        self.start("nginx", [installed("nginx"), "-c", path, "-e", "stderr"])


class Node(Printing):
    """With its own idea of how long a connection is kept, which is 5 s."""

    def __init__(self, authority=None):
        """`authority`: whose certificate it shows; then it takes other keys for its TLS tickets all the time."""
        super().__init__()
        tls = []
        if authority:
            self.scheme = "https"
            tls = server_files(self.directory.name, authority)
        self.start("node", [installed("node"), NODE_SERVER, str(self.port), *tls])
