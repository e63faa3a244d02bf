# SPDX-License-Identifier: MIT
"""The two servers that restanza-host is compared with, each with its HTTP interface and a component for the people.

Threads: for the part's thread.
Ownership: each owns its process and its directory; both are gone after close().
"""
import os
import urllib.request

from peer import DOMAIN, PEOPLE
from support.deadline import wait_until
from support.ejabberd import Ejabberd
from support.mod_rest import TwinProsody, plugins_with_mod_rest
from support.process import accepts, free_ports

HERE = os.path.dirname(os.path.abspath(__file__))


class ModRest(TwinProsody):
    """A Prosody with mod_rest for the domain, where everybody has one password. Raises support.mod_rest.Unavailable."""
    password = "rest-secret"

    def __init__(self, settings=None):
        plugins = plugins_with_mod_rest(os.environ["MOD_REST_DIR"])
        super().__init__({DOMAIN: {**(settings or {}), "bench_login_secret": self.password}}, [PEOPLE], plugins)
        path = f"{self._directory.name}/prosody.cfg.lua"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("plugin_paths = {", f'plugin_paths = {{ "{HERE}",')
                       .replace('"side_by_side_login"', '"bench_login"'))
        self.start()


API = """  - port: {http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /api: mod_http_api
api_permissions:
  "benchmark":
    from: mod_http_api
    who: {{ ip: "127.0.0.1/8" }}
    what: [send_stanza, set_loglevel]
"""


class EjabberdApi(Ejabberd):
    """An ejabberd whose HTTP interface sends stanzas for whoever asks from loopback."""

    def __init__(self):
        super().__init__({"bot": "unused"}, component_domain=PEOPLE)
        self.http_port, = free_ports(1)
        path = f"{self._directory.name}/ejabberd.yml"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("auth_password_format", API.format(http=self.http_port) + "auth_password_format") +
                       "  mod_admin_extra: {}\n  mod_http_api: {}\n")
        self.start()
        wait_until(lambda: accepts(self.http_port), "ejabberd's HTTP interface listens")

    def log_at(self, level):
        """At `info`, which is Debian's setting, it writes two lines for each call."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}/api/set_loglevel",
                                         f'{{"loglevel": "{level}"}}'.encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()
