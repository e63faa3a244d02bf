# SPDX-License-Identifier: MIT
"""An nginx of the part's own on a free port of loopback: the endpoint of webhooks, and what HTTP costs at the least.

Threads: for the part's thread.
Ownership: owns its directory and its process; both are gone after close().
"""
import http.client
import os
import re
import tempfile

from support.deadline import wait_until
from support.process import Program, accepts, free_ports, installed

NGINX = """
user root;
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 204; }}
    location /status {{ stub_status; }}
  }}
}}
"""


class Nginx:
    """Answers everything 204 and counts it."""

    @staticmethod
    def missing():
        return None if installed("nginx") else "nginx"

    def __init__(self, begun=True):
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-nginx-")
        self._config = f"{self._directory.name}/nginx.conf"
        text = NGINX.format(directory=self._directory.name, port=self.port)
        with open(self._config, "w", encoding="utf-8") as file:
            file.write(text if os.geteuid() == 0 else text.replace("user root;\n", ""))
        self._asked = 0
        self._status = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self._program = None
        if begun:
            self.begin()

    def begin(self):
        self._program = Program("nginx", [installed("nginx"), "-c", self._config, "-e", "stderr"])
        wait_until(lambda: accepts(self.port), "nginx listens")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/stanzas"

    def requests(self):
        """How many requests there have been, but for these questions themselves."""
        self._asked += 1
        self._status.request("GET", "/status")
        return int(re.search(rb"requests\s+\d+ \d+ (\d+)", self._status.getresponse().read())[1]) - self._asked

    def close(self):
        self._status.close()
        if self._program:
            self._program.stop()
        self._directory.cleanup()
