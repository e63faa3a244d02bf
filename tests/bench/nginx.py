# SPDX-License-Identifier: MIT
"""An nginx of the part's own: the endpoint of webhooks, and what HTTP costs at the least.

Threads: for the part's thread.
Ownership: as the tests' nginx.py says.
"""
import http.client
import re

from support.nginx import NginxProgram

HTTP = """
  access_log off;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 204; }}
    location /status {{ stub_status; }}
  }}
"""


class Nginx(NginxProgram):
    """Answers everything 204 and counts it."""

    def __init__(self, begun=True, connections=4096):
        super().__init__(lambda port: HTTP.format(port=port), connections=connections, begun=begun)
        self._asked = 0
        self._status = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/stanzas"

    def requests(self):
        """How many requests there have been, but for these questions themselves."""
        self._asked += 1
        self._status.request("GET", "/status")
        return int(re.search(rb"requests\s+\d+ \d+ (\d+)", self._status.getresponse().read())[1]) - self._asked

    def workers(self):
        """Their process ids."""
        with open(f"/proc/{self.program.pid}/task/{self.program.pid}/children", encoding="ascii") as children:
            return [int(pid) for pid in children.read().split()]

    def close(self):
        self._status.close()
        super().close()
