# SPDX-License-Identifier: MIT
"""An ejabberd of the test's own. Threads and ownership as xmpp_server.py says.

It runs in an Erlang node without a name, so that no port mapper is started and left behind, and without
ejabberdctl, which would change to the system's ejabberd user. Its listener for components is the one that the page for
ejabberd shows, with the test's own port, name and secret.
"""
import glob
import os
import pathlib
import re

from ..deadline import DEADLINE
from ..process import installed
from .xmpp_server import XmppServer

LIBRARY = "/usr/lib/*/ejabberd-*/ebin/ejabberd.beam"
# Where a build runs beside it, its start alone takes 25 s.
START_DEADLINE = max(90, DEADLINE)

PAGE = pathlib.Path(__file__).resolve().parents[4] / "server_stub" / "doc" / "ejabberd.md"


def documented_listener():
    """The listener of the page, with fields where its port, name and secret stand."""
    listener = re.search(r"^```yaml\n# ejabberd\.yml\nlisten:\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
    for shown, field in (("5347", "component"), ("rest.example.net", "component_domain"), ("link-secret", "secret")):
        if listener.count(shown) != 1:
            raise AssertionError(f"{PAGE} has {shown} {listener.count(shown)} times in its listener")
        listener = listener.replace(shown, "{" + field + "}")
    return listener


CONFIG = """
hosts: ["{domain}"]
loglevel: info
listen:
  - port: {c2s}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    starttls: false
    max_stanza_size: 1048576
""" + documented_listener() + """auth_password_format: plain
s2s_access: none
modules:
  mod_disco: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_version: {{}}
"""


class Ejabberd(XmppServer):
    name = "ejabberd"
    package = "ejabberd"
    config = CONFIG
    config_file = "ejabberd.yml"
    login_line = "Accepted external component handshake"

    @staticmethod
    def is_installed():
        return installed("erl") and glob.glob(LIBRARY)

    def command(self):
        register = ",".join(
            f'ejabberd_auth:try_register(<<"{user}">>,<<"{self.domain}">>,<<"{password}">>)'
            for user, password in self._accounts.items())
        return [installed("erl"), "-noinput", "-mnesia", "dir", f'"{self._directory.name}/spool"', "-s", "ejabberd",
                "-eval", f'{register}, io:format("accounts registered~n").']

    def environment(self):
        directory = self._directory.name
        libraries = os.path.dirname(os.path.dirname(os.path.dirname(glob.glob(LIBRARY)[0])))
        return dict(os.environ, ERL_LIBS=libraries, HOME=directory,
                    EJABBERD_CONFIG_PATH=self._config_path,
                    EJABBERD_LOG_PATH=f"{directory}/log/ejabberd.log",
                    ERL_CRASH_DUMP=f"{directory}/erl_crash.dump")

    def wait_until_started(self):
        self._program.wait_for_line("accounts registered", deadline=START_DEADLINE)
        for port in (self.c2s_port, self.component_port):
            self._program.wait_for_line(rf"Start accepting TCP connections at 127\.0\.0\.1:{port} ",
                                        deadline=START_DEADLINE)
