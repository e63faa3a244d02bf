# SPDX-License-Identifier: MIT
"""The programs around what is measured: nginx, the peer of a component's link, restanza-host with them, and the two
servers that it is compared with. All on free ports of loopback, each in a directory of its own.

Threads: for the part's thread.
Ownership: each object owns its processes and its directory; both are gone after close().
"""
import http.client
import os
import re
import subprocess
import tempfile
import urllib.request

from load import PROGRAMS
from support.deadline import wait_until
from support.ejabberd import Ejabberd
from support.host import Host
from support.mod_rest import TwinProsody, Unavailable, plugins_with_mod_rest
from support.process import Program, accepts, free_ports, installed

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "rest.localhost"
PEOPLE = "people.localhost"  # a component of the servers: drains, and writes what goes to webhooks

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

    def __init__(self):
        self.port, = free_ports(1)
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-nginx-")
        config = f"{self._directory.name}/nginx.conf"
        text = NGINX.format(directory=self._directory.name, port=self.port)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text if os.geteuid() == 0 else text.replace("user root;\n", ""))
        self._asked = 0
        self._status = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self._program = Program("nginx", [installed("nginx"), "-c", config, "-e", "stderr"])
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
        self._program.stop()
        self._directory.cleanup()


class Peer:
    """The program `peer`, obeying; the server of one component's link, or a component of a server."""
    secret = "component-secret"

    def __init__(self, server=None, domain=PEOPLE):
        arguments = ["connect", str(server.component_port), domain, server.secret] if server else ["listen"]
        self._process = subprocess.Popen([f"{PROGRAMS}/peer", *arguments], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)
        if server:
            self.wait_ready()
        else:
            self.component_port = int(self._line("listening"))

    def _line(self, word):
        line = self._process.stdout.readline().split()
        if not line or line[0] != word:
            raise AssertionError(f"the peer said {line} instead of {word!r}")
        return line[1] if len(line) > 1 else None

    def wait_ready(self):
        self._line("ready")

    def _ask(self, command, word):
        self.begin(command)
        return self._line(word)

    def begin(self, command):
        self._process.stdin.write(command + "\n")

    def begin_push(self, count, domain=PEOPLE, to=f"bot@{DOMAIN}"):
        """That many messages from 64 people in turn; end_push waits until all are in the socket."""
        self.begin(f"push {count} {domain} {to}")

    def end_push(self):
        self._line("pushed")

    def hold(self):
        self._ask("hold", "holding")

    def kept(self):
        return int(self._ask("kept", "kept"))

    def answer(self):
        """The moment before the first answer, of CLOCK_MONOTONIC."""
        return float(self._ask("answer", "answered"))

    def messages(self):
        return int(self._ask("messages", "messages"))

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class ForgetfulHost(Host):
    """Without a state directory, so that its journal is in memory."""

    def launch(self, *arguments, **more):
        self.state_dir = None
        for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"):  # where it would look for one
            self._environment[name] = ""
        super().launch(*arguments, **more)


class ComponentHost:
    """restanza-host as a component of a peer that drains."""

    def __init__(self, settings=None, durable=True):
        self.peer = Peer()
        self.host = (Host if durable else ForgetfulHost)(
            {"mode": "component", "server": f"127.0.0.1:{self.peer.component_port}", "secret": self.peer.secret},
            DOMAIN, settings)
        self.peer.wait_ready()

    @property
    def port(self):
        return int(self.host.http.rsplit(":", 1)[1])

    @property
    def pid(self):
        return self.host.program.pid

    def close(self):
        self.host.discard()
        self.peer.close()


class ModRest(TwinProsody):
    """A Prosody with mod_rest for the domain, and a component for the people. Raises Unavailable."""

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

    password = "rest-secret"


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


__all__ = ["DOMAIN", "PEOPLE", "ComponentHost", "EjabberdApi", "ModRest", "Nginx", "Peer", "Unavailable"]
