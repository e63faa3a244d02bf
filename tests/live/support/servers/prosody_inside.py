# SPDX-License-Identifier: MIT
"""A Prosody of the test's own with the plugin inside, and a component of the test's that may leave iqs unanswered.

Threads and ownership as xmpp_server.py says.
"""
import ctypes.util
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile

from ..certificates import new_authority, server_files
from ..deadline import DEADLINE, wait_until
from ..host import COMPLAINTS, sanitized_environment
from ..process import accepts, free_ports
from ..rest_client import RestClient
from .prosody import Prosody

STEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "inside")
READY = r"restanza\s.*ready http=(\S+)"
SECRET = "rest-secret"
OWN_THREADS = 2 if "libtsan" in os.environ.get("SANITIZER_PRELOAD", "") else 1  # the sanitizer has one

GLOBALS = """
plugin_paths = {{ "{module}", "{steer}" }}
steer_file = "{directory}/steer"
restanza_plugin = "{library}"
restanza_http_ports = {{ 0 }}
"""

COMPONENT = """
Component "{rest_domain}" "restanza"
  component_secret = "{secret}"
"""

OTHER_HOST = """
VirtualHost "other.localhost"
  modules_enabled = {{ "tokenauth" }}
"""

ROOMS = """
Component "rooms.localhost" "muc"
  muc_room_locking = false
"""

VIRTUAL_HOST = """
VirtualHost "{rest_domain}"
  modules_enabled = {{ "restanza" }}
  component_secret = "{secret}"
"""


def lua(value):
    """A value of Lua: JSON's strings, numbers and booleans are Lua's as well."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"[{json.dumps(key)}] = {lua(each)}" for key, each in value.items()) + " }"
    return "{ " + ", ".join(map(lua, value)) + " }" if isinstance(value, list) else json.dumps(value)


class ProsodyInside(Prosody):
    rest_domain = "rest.localhost"
    section = COMPONENT
    more_globals = ""

    def __init__(self, accounts, settings=None, domain="localhost", component_domain="silent.localhost", library=None):
        super().__init__(accounts, domain=domain, component_domain=component_domain)
        self.rest = None
        self._steer = f"{self._directory.name}/steer"
        with open(self._config_path, encoding="utf-8") as config:
            common = config.read().replace('"version" }', '"version", "steer" }')
        known = dict(module=os.environ["PROSODY_MODULE_DIR"], secret=SECRET,
                     library=library or os.environ["RESTANZA_LIBRARY"], steer=os.path.abspath(STEER),
                     directory=self._directory.name, rest_domain=self.rest_domain)
        self._text = GLOBALS.format(**known) + self.more_globals + common + self.section.format(**known)
        self.write(settings or {})

    def environment(self):
        """Prosody's interpreter has no sanitizer: the one of the module and the plugin must be there before they are loaded.

        ICU, which Prosody has for addresses, would be unloaded before its end: nobody could tell then whose its memory was."""
        runtime = os.environ.get("SANITIZER_PRELOAD")
        if not runtime:
            return None
        stays = ctypes.util.find_library("icuuc")
        return {**sanitized_environment(), "LD_PRELOAD": f"{runtime}:{stays}" if stays else runtime}

    def close(self):
        """Where there is a sanitizer, it has to end without a complaint."""
        try:
            if self.environment() and self._program:
                code = self._program.stop()
                complaints = [line for line in self._program.lines() if any(word in line for word in COMPLAINTS)]
                if code != 0 or complaints:
                    raise AssertionError(f"Prosody ended with {code}\n{self._program.transcript(*complaints[:1])}")
        finally:
            super().close()

    def write(self, settings):
        """The configuration, whose last section is the component with the plugin."""
        lines = [f"  {name} = {lua(value)}\n" for name, value in settings.items()]
        with open(self._config_path, "w", encoding="utf-8") as config:
            config.write(self._text + "".join(lines))

    def wait_until_started(self):
        super().wait_until_started()
        self.wait_ready(0)

    def wait_ready(self, since):
        """Until the module serves, said in a line behind the first `since` ones."""
        address = self.address(self._program.wait_for_line(READY, since=since)[1])
        self.rest = RestClient(address, self.rest_domain, SECRET)

    def log(self):
        """All that was printed, which a transcript shortens."""
        return "\n".join(self._program.lines())

    def address(self, said):
        """Where HTTP is served, of the module's ready line."""
        return said

    def said(self):
        return len(self._program.lines())

    def wait_for_line(self, pattern, since=0):
        return self._program.wait_for_line(pattern, since=since)

    def steer(self, step, module="restanza", host=None):
        """Loads, unloads or reloads a module, and says what came of it."""
        done = f"{self._steer}.done"
        with open(f"{self._steer}.new", "w", encoding="utf-8") as file:
            file.write(f"{step} {module} {host or self.rest_domain}\n")
        os.rename(f"{self._steer}.new", self._steer)
        wait_until(lambda: os.path.exists(done), f"Prosody has done: {step} {module}")
        with open(done, encoding="utf-8") as file:
            said = file.read()
        os.remove(done)
        return said

    def reload_configuration(self):
        self._program.signal(signal.SIGHUP)

    def begin_stop(self):
        self._program.signal(signal.SIGTERM)

    def wait_stopped(self):
        return self._program.wait()

    def counts(self):
        """How many threads and descriptors the process has."""
        return tuple(len(os.listdir(f"/proc/{self._program.pid}/{kind}")) for kind in ("task", "fd"))

    def memory(self):
        """How much memory of its own the process has, in KiB, once Lua has let go of what is not needed."""
        if self.steer("collect") != "ok":
            raise AssertionError("Lua's garbage was not collected")
        with open(f"/proc/{self._program.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Anonymous: +(\d+) kB$", file.read(), re.MULTILINE)[1])


class ProsodyOnAHost(ProsodyInside):
    """The plugin on a VirtualHost."""
    section = VIRTUAL_HOST


class ProsodyWithAccounts(ProsodyOnAHost):
    """The plugin on the VirtualHost itself, whose accounts may log in to it."""
    rest_domain = "localhost"

    def rest_with(self, token):
        client = RestClient(self.rest.address, "", "")
        client.authorization = "Bearer " + token
        return client

    def issue(self, user, host=None):
        """A token of Prosody's own for the user; "alice:-10" for one that has expired."""
        return self.steer("issue", user, host)

    def rest_of(self, user):
        return RestClient(self.rest.address, user, self._accounts[user.partition("@")[0]])


class ProsodyWithTokens(ProsodyWithAccounts):
    """Beside another host with accounts and tokens; everything is logged."""
    other_domain = "other.localhost"
    section = OTHER_HOST + VIRTUAL_HOST

    def __init__(self, accounts, settings=None):
        super().__init__(accounts, settings)
        self._text = self._text.replace('min = "info"', 'min = "debug"')
        self.write(settings or {})

    def spoil_tokens(self, user):
        """Leaves something in the place of the user's tokens that Prosody cannot read."""
        with open(f"{self._directory.name}/data/{self.domain}/auth_tokens/{user}.dat", "w", encoding="utf-8") as store:
            store.write("return {")


class ProsodyForPortals(ProsodyWithAccounts):
    """With what a web portal shows and changes of an account, and rooms."""
    rooms = "rooms.localhost"
    section = ROOMS + VIRTUAL_HOST.replace('"restanza" }}', '"restanza", "pep", "vcard_legacy", "user_account_management" }}')


class ProsodyWithItsOwnHttp(ProsodyInside):
    """Prosody's HTTP server takes the requests and hands them over."""

    def __init__(self, accounts, settings=None, **more):
        self.http_port, = free_ports(1)
        self.more_globals = (f'http_ports = {{ {self.http_port} }}\nhttp_interfaces = {{ "127.0.0.1" }}\nhttps_ports = {{}}\n'
                             f'http_default_host = "{self.rest_domain}"\nrestanza_http = "prosody"\n')
        super().__init__(accounts, settings, **more)

    def wait_ready(self, since):
        super().wait_ready(since)
        self.wait_for_ports(self.http_port)

    def address(self, said):
        if said != "prosody":
            raise AssertionError(f"the module serves HTTP itself, at {said}")
        return f"127.0.0.1:{self.http_port}"


class ProsodyDaemon(ProsodyInside):
    """Leaves the process that was started, as init scripts have it; it says nothing then, and serves at one port."""

    def __init__(self, accounts):
        self.http_port, = free_ports(1)
        super().__init__(accounts, {"restanza_http_ports": [self.http_port]})
        self.rest = RestClient(f"127.0.0.1:{self.http_port}", self.rest_domain, SECRET)

    def start(self):
        command = [word for word in self.command() if word != "-F"] + ["-D"]
        subprocess.run(command, env=self.environment(), cwd=self._directory.name, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=DEADLINE, check=True)
        return self

    def daemon_pid(self):
        """The number of its process, once it has written it down; of a file that is being written there is none."""
        with open(f"{self._directory.name}/prosody.pid", encoding="ascii") as file:
            text = file.read()
        return int(text) if text.isdigit() else None

    def end(self):
        """As a service manager ends it, and until nobody serves any more."""
        pid = wait_until(self.daemon_pid, "the daemon says its number")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not accepts(self.http_port) and not accepts(self.c2s_port), "the daemon has ended")


class ProsodyWithTls(ProsodyInside):
    """The plugin's own port speaks TLS, with a certificate that Prosody finds by the host's name."""

    def __init__(self, accounts, settings=None):
        super().__init__(accounts, {"restanza_http_tls": True, **(settings or {})})
        with tempfile.TemporaryDirectory() as directory:
            authority = new_authority(directory)
            for made, end in zip(server_files(directory, authority), ("crt", "key")):
                shutil.copy(made, f"{self._directory.name}/{self.rest_domain}.{end}")
            self.authority = shutil.copy(authority, f"{self._directory.name}/authority")
            self.client_context = ssl.create_default_context(cafile=authority)


class ProsodyWithAccountsOverTls(ProsodyWithTls, ProsodyWithAccounts):
    """Both."""
