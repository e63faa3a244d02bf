# SPDX-License-Identifier: MIT
"""Receivers that are programs: nginx, Node.js, gunicorn and Caddy, which print a line for each request that they have read.

Threads: for the test's thread.
Ownership: each owns its directory and its process; both are gone after close().
"""
import json
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
HERE = os.path.dirname(os.path.abspath(__file__))
# Nothing but the access log on the standard output, and no files outside the receiver's directory.
CADDY = """
{{
  admin off
  auto_https off
  servers {{
    timeouts {{
      idle {idle}s
    }}
  }}
}}
http://127.0.0.1:{port} {{
  log {{
    output stdout
    format json
  }}
  respond 204
}}
"""


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


class Started(Printing):
    """On a port of its own, with a directory for what it needs."""

    def __init__(self, name, command):
        """`command`: by the port and the directory."""
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-receiver-")
        directory = self._directory.name
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), directory)
        self.program = Program(name, command(self.port, directory), {**os.environ, **homes})
        wait_until(lambda: accepts(self.port) or self._ended(), f"{name} listens")

    def _ended(self):
        if not self.program.running():
            raise AssertionError(f"{self.program.name} did not start\n" + self.program.transcript())
        return False

    def close(self):
        self.program.stop()
        self._directory.cleanup()


class Node(Started):
    """With its own idea of how long a connection is kept, which is 5 s."""

    def __init__(self, authority=None):
        """`authority`: whose certificate it shows; then it takes other keys for its TLS tickets all the time."""
        if authority:
            self.scheme = "https"
        super().__init__("node", lambda port, directory: [
            installed("node"), f"{HERE}/node_server.cjs", str(port),
            *(server_files(directory, authority) if authority else ())])


class Gunicorn(Started):
    def __init__(self, *options):
        """By default it has one worker, which ends each connection after an answer."""
        super().__init__("gunicorn", lambda port, _: [
            installed("gunicorn"), "--bind", f"127.0.0.1:{port}", "--chdir", HERE, *options, "gunicorn_app:answer"])


class Caddy(Started):
    """A server on Go's net/http: a program of our own would need Go's compiler wherever the tests run."""

    def __init__(self, idle):
        """`idle`: seconds for which a connection is kept."""
        super().__init__("caddy", lambda port, directory: [
            installed("caddy"), "run", "--adapter", "caddyfile", "--config", _written(
                f"{directory}/Caddyfile", CADDY.format(port=port, idle=idle))])

    def got(self):
        logged = [json.loads(line)["request"] for line in self.program.lines("out")]
        return [(each["headers"]["Webhook-Id"][0], number_of(each["uri"])) for each in logged
                if "Webhook-Id" in each["headers"]]


def _written(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path
