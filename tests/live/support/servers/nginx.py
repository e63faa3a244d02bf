# SPDX-License-Identifier: MIT
"""An nginx of the test's own that stands before a host: with TLS towards the clients, over TCP or a Unix socket.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close().
"""
import os
import tempfile

from ..deadline import wait_until
from ..process import Program, accepts, free_ports, installed

CONFIG = """
{user}
worker_processes 1;
daemon off;
pid "{directory}/nginx.pid";
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path "{directory}/body";
  proxy_temp_path "{directory}/proxy";
  fastcgi_temp_path "{directory}/fastcgi";
  uwsgi_temp_path "{directory}/uwsgi";
  scgi_temp_path "{directory}/scgi";
  upstream host {{ server "{upstream}"; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate "{certificate}";
    ssl_certificate_key "{key}";
    location / {{
      proxy_pass {scheme}://host;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


class Nginx:
    @staticmethod
    def missing():
        """The Debian package to install, or None where the program is there."""
        return None if installed("nginx") else "nginx"

    def __init__(self, upstream, certificate, key, scheme="http"):
        """`upstream`: "127.0.0.1:5280" or "unix:/path"."""
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-nginx-")
        path = f"{self._directory.name}/nginx.conf"
        with open(path, "w", encoding="utf-8") as config:
            config.write(CONFIG.format(
                directory=self._directory.name, port=self.port, upstream=upstream, certificate=certificate, key=key,
                scheme=scheme, user="user root;" if os.geteuid() == 0 else ""))
        self._program = Program("nginx", [installed("nginx"), "-c", path, "-e", "stderr"])
        wait_until(lambda: accepts(self.port) or self._ended(), "nginx listens")

    def _ended(self):
        if not self._program.running():
            raise AssertionError("nginx did not start\n" + self._program.transcript())
        return False

    def close(self):
        self._program.stop()
        self._directory.cleanup()
