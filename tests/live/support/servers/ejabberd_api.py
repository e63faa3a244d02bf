# SPDX-License-Identifier: MIT
"""An ejabberd with its HTTP interface, to compare restanza-host with.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close().
"""
import json
import urllib.request

from ..deadline import DEADLINE
from ..process import free_ports
from .ejabberd import Ejabberd

API = """  - port: {http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /api: mod_http_api
api_permissions:
  "tests":
    from: mod_http_api
    who: {{ ip: "127.0.0.1/8" }}
    what: [send_stanza, set_loglevel]
"""


class EjabberdApi(Ejabberd):
    """An ejabberd whose HTTP interface sends stanzas for whoever asks from loopback."""

    def __init__(self, component_domain):
        super().__init__({"bot": "unused"}, component_domain=component_domain)
        self.http_port, = free_ports(1)
        with open(self._config_path, encoding="utf-8") as file:
            text = file.read()
        with open(self._config_path, "w", encoding="utf-8") as file:
            file.write(text.replace("auth_password_format", API.format(http=self.http_port) + "auth_password_format") +
                       "  mod_admin_extra: {}\n  mod_http_api: {}\n")
        self.start()
        self.wait_for_ports(self.http_port)

    def log_at(self, level):
        """At `info`, which is Debian's setting, it writes two lines for each call."""
        self.call("set_loglevel", loglevel=level)

    def call(self, command, **arguments):
        """The status and the JSON that a command of the interface answers with."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}/api/{command}", json.dumps(arguments).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=DEADLINE) as response:
            return response.status, json.load(response)
