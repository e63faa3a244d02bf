# SPDX-License-Identifier: MIT
"""mod_rest, to compare restanza-host with; the other contender is support.servers.ejabberd_api.

Threads: for the part's thread.
Ownership: owns its process and its directory; both are gone after close().
"""
import os

from peer import DOMAIN, PEOPLE
from support.servers.mod_rest import TwinProsody, plugins_with_mod_rest

HERE = os.path.dirname(os.path.abspath(__file__))


class ModRest(TwinProsody):
    """A Prosody with mod_rest for the domain, where everybody has one password; `people` are domains of components,
    and `more` stands behind the rest of the configuration. Raises Unavailable of support.servers.mod_rest."""
    password = "rest-secret"

    def __init__(self, settings=None, people=(PEOPLE,), more_plugins=HERE, more=""):
        plugins = plugins_with_mod_rest(os.environ["MOD_REST_DIR"])
        super().__init__({DOMAIN: {**(settings or {}), "bench_login_secret": self.password}}, people, plugins)
        path = f"{self._directory.name}/prosody.cfg.lua"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("plugin_paths = {", f'plugin_paths = {{ "{HERE}", "{more_plugins}",')
                       .replace('"side_by_side_login"', '"bench_login"') + more)
        self.start()
