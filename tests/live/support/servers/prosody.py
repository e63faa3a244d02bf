# SPDX-License-Identifier: MIT
"""A Prosody of the test's own. Threads and ownership as xmpp_server.py says."""
import os

from ..process import installed
from .xmpp_server import XmppServer

CONFIG = """
run_as_root = true
pidfile = "{directory}/prosody.pid"
data_path = "{directory}/data"
certificates = "{directory}"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
component_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
component_ports = {{ {component} }}
s2s_ports = {{}}
c2s_direct_tls_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "offline", "version" }}
modules_disabled = {{ "s2s", "tls" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
VirtualHost "{domain}"
Component "{component_domain}"
  component_secret = "{secret}"
"""


class Prosody(XmppServer):
    name = "Prosody"
    package = "prosody"
    config = CONFIG
    config_file = "prosody.cfg.lua"
    login_line = "External component successfully authenticated"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.write_accounts(self.domain)

    def write_accounts(self, host):
        where = f"{self._directory.name}/data/{host.replace('.', '%2e')}/accounts"
        os.makedirs(where)
        for user, password in self._accounts.items():
            with open(f"{where}/{user}.dat", "w", encoding="utf-8") as account:
                account.write(f'return {{ ["password"] = "{password}" }};\n')

    @staticmethod
    def is_installed():
        return installed("prosody")

    def command(self):
        return [installed("prosody"), "--config", self._config_path, "-F"]


class ProsodyWithRooms(Prosody):
    """With a service of rooms (XEP-0045), which anybody may open by joining them."""
    config = CONFIG + """
Component "rooms.{domain}" "muc"
  muc_room_locking = false
"""

    @property
    def rooms(self):
        return f"rooms.{self.domain}"
