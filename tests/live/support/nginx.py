# SPDX-License-Identifier: MIT
"""An nginx of the test's own on a free port of loopback.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close().
"""
import os
import tempfile

from .deadline import wait_until
from .process import Program, accepts, free_ports, installed

CONFIG = """
{user}
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid "{directory}/nginx.pid";
error_log stderr warn;
events {{ worker_connections {connections}; }}
http {{
  client_body_temp_path "{directory}/body";
  proxy_temp_path "{directory}/proxy";
  fastcgi_temp_path "{directory}/fastcgi";
  uwsgi_temp_path "{directory}/uwsgi";
  scgi_temp_path "{directory}/scgi";
  {http}
}}
"""


class NginxProgram:
    @staticmethod
    def missing():
        """The Debian package to install, or None where the program is there."""
        return None if installed("nginx") else "nginx"

    def __init__(self, http, connections=256, begun=True):
        """`http`: what stands in that block of the configuration, by the port; `connections`: that it serves at once."""
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-nginx-")
        self._config = f"{self._directory.name}/nginx.conf"
        with open(self._config, "w", encoding="utf-8") as config:
            config.write(CONFIG.format(directory=self._directory.name, connections=connections, files=connections + 64, http=http(self.port),
                                       user="user root;" if os.geteuid() == 0 else ""))
        self.program = None
        if begun:
            self.begin()

    def begin(self):
        self.program = Program("nginx", [installed("nginx"), "-c", self._config, "-e", "stderr"])
        wait_until(lambda: accepts(self.port) or self._ended(), "nginx listens")

    def _ended(self):
        if not self.program.running():
            raise AssertionError("nginx did not start\n" + self.program.transcript())
        return False

    def close(self):
        if self.program:
            self.program.stop()
        self._directory.cleanup()
