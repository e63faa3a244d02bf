# SPDX-License-Identifier: MIT
"""A Prosody of the test's own with mod_rest, and its twins that are to behave alike: one with mod_restanza in its place, and one
without either for a component.

mod_rest is taken from where it is installed or was unpacked before, else from the prosody-modules package of a
newer Debian suite, which is unpacked without being installed.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(). The unpacked module stays for next time.
"""
import enum
import fcntl
import glob
import os
import re
import shutil
import subprocess
import tempfile

from ..deadline import wait_until
from ..process import accepts, free_ports, installed
from ..rest_client import basic
from .prosody import Prosody
from .prosody_inside import lua

INSTALLED = "/usr/lib/prosody/modules"
SUITES = ("trixie", "sid")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOGIN_MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "side_by_side")
DOWNLOAD_DEADLINE = 300  # seconds for apt-get, which fetches a suite's whole index

GLOBALS = """
plugin_paths = {{ "{plugins}", "{more}" }}
http_ports = {{ {http} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
"""

EXTERNAL = """
Component "{domain}"
  component_secret = "{secret}"
"""

COMPONENT = """
Component "{domain}" "{module}"
  modules_enabled = {{ "side_by_side_login" }}
"""

PLAIN_HOST = """
VirtualHost "{domain}"
"""

VIRTUAL_HOST = """
VirtualHost "{domain}"
  modules_enabled = {{ "{module}", "side_by_side_login" }}
"""

TOKEN = """
  side_by_side_token_file = "{token_file}"
"""

RESTANZA = """
  component_secret = "{secret}"
  restanza_plugin = "{library}"
  restanza_http = "{http}"
  restanza_http_ports = {{ 0 }}
"""


class Unavailable(Exception):
    """There is no mod_rest to be had here; the text says why."""


def debian_mirrors():
    """The addresses of Debian's archive that this machine's own apt is set up with."""
    for path in glob.glob("/etc/apt/sources.list") + glob.glob("/etc/apt/sources.list.d/*"):
        with open(path, encoding="utf-8") as sources:
            for line in sources:
                found = re.match(r"(?:URIs:|deb\s+(?:\[[^\]]*\]\s*)?)\s*(\S+/debian)/?(?:\s|$)", line)
                if found:
                    yield found[1]


def unpack(mirror, suite, directory):
    """Leaves mod_rest in the directory; everything that apt-get writes stays in a place of its own."""
    with tempfile.TemporaryDirectory(prefix="restanza-apt-") as work:
        os.makedirs(f"{work}/lists/partial")
        os.makedirs(f"{work}/cache/archives/partial")
        with open(f"{work}/sources.list", "w", encoding="utf-8") as sources:
            sources.write(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        options = [word for option in (
            f"Dir::Etc::sourcelist={work}/sources.list", "Dir::Etc::sourceparts=/dev/null",
            f"Dir::State::lists={work}/lists", f"Dir::Cache={work}/cache", "APT::Sandbox::User=root",
        ) for word in ("-o", option)]
        for command in (["apt-get", *options, "-qq", "update"],
                        ["apt-get", *options, "-qq", "download", "prosody-modules"]):
            subprocess.run(command, cwd=work, check=True, capture_output=True, timeout=DOWNLOAD_DEADLINE)
        package = glob.glob(f"{work}/prosody-modules_*.deb")[0]
        subprocess.run(["dpkg", "-x", package, f"{work}/root"], check=True, capture_output=True)
        shutil.copytree(f"{work}/root{INSTALLED}/mod_rest", f"{directory}/mod_rest")


def plugins_with_mod_rest(directory):
    """A plugin path that holds mod_rest; `directory` is looked at first and keeps what had to be unpacked. Where
    several tests come at once, one unpacks and the others wait."""
    os.makedirs(directory, exist_ok=True)
    with open(f"{directory}/lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return found_or_unpacked(directory)


def found_or_unpacked(directory):
    for place in (directory, INSTALLED):
        if os.path.exists(f"{place}/mod_rest/mod_rest.lua"):
            return place
    if not (installed("apt-get") and installed("dpkg")):
        raise Unavailable("mod_rest is not installed, and without apt-get and dpkg it cannot be unpacked")
    why = "apt has no Debian archive in its sources"
    for mirror in dict.fromkeys(debian_mirrors()):
        for suite in SUITES:
            try:
                unpack(mirror, suite, directory)
                return directory
            except (subprocess.SubprocessError, OSError, IndexError) as error:
                why = f"prosody-modules of {suite} could not be unpacked ({type(error).__name__})"
    raise Unavailable(f"mod_rest is not installed, and {why}")


class With(enum.Enum):
    """What serves the domains."""
    MOD_REST = "rest"
    RESTANZA = "restanza on its own port"
    RESTANZA_THROUGH_PROSODYS_HTTP = "restanza on Prosody's port"
    COMPONENT = "external components"


class TwinProsody(Prosody):
    """Serves the same domains with each of the above.

    `rest` maps each domain to its settings, and `homes` those of hosts with accounts, which an external component cannot serve;
    `external` names the domains of raw components. `plugins` has mod_rest.
    """

    def __init__(self, rest, external, plugins=None, served_by=None, homes=None):
        first, *others = external
        super().__init__({"alice": "wonder", "bob": "builder"}, component_domain=first)
        self._by = served_by or (With.MOD_REST if plugins else With.COMPONENT)
        self._homes = homes or {}
        self.http_port, = free_ports(1)  # Prosody's
        self._ports = dict.fromkeys([*rest, *self._homes], self.http_port)
        with open(self._config_path, encoding="utf-8") as config:
            common = config.read()
        sections = [EXTERNAL.format(domain=domain, secret=self.secret) for domain in others]
        sections += [self._section(domain, settings) for domain, settings in {**rest, **self._homes}.items()]
        with open(self._config_path, "w", encoding="utf-8") as config:
            if self._by != With.COMPONENT:
                config.write(GLOBALS.format(plugins=os.path.abspath(plugins or os.environ["PROSODY_MODULE_DIR"]),
                                            more=os.path.abspath(LOGIN_MODULE), http=self.http_port))
            config.write(common + "".join(sections))
        for home in self._homes:
            self.write_accounts(home)

    def _section(self, domain, settings):
        if self._by == With.COMPONENT:
            return (PLAIN_HOST if domain in self._homes else EXTERNAL).format(domain=domain, secret=self.secret)
        known = {"domain": domain, "module": "rest" if self._by == With.MOD_REST else "restanza", "secret": self.secret,
                 "token_file": self._token_file(domain), "library": os.environ.get("RESTANZA_LIBRARY"),
                 "http": "own" if self._by == With.RESTANZA else "prosody"}
        section = (VIRTUAL_HOST if domain in self._homes else COMPONENT) + TOKEN
        if self._by != With.MOD_REST:
            section += RESTANZA
        return section.format(**known) + "".join(f"  {name} = {lua(value)}\n" for name, value in settings.items())

    def _token_file(self, domain):
        return f"{self._directory.name}/{domain}.token"

    def start(self):
        super().start()
        if self._by == With.COMPONENT:
            return self
        wait_until(lambda: all(os.path.exists(self._token_file(domain)) for domain in self._ports) or self._ended(),
                   "the tokens are written")
        if self._by != With.RESTANZA:
            self.wait_for_ports(self.http_port)
        if self._by != With.MOD_REST:
            for domain in self._ports:
                place = self._program.wait_for_line(rf"^{re.escape(domain)}:restanza\s.*ready http=(\S+)")[1]
                if self._by == With.RESTANZA:
                    self._ports[domain] = int(place.rpartition(":")[2])
        return self

    def address(self, domain):
        """Where HTTP is served for it."""
        return f"127.0.0.1:{self._ports[domain]}"

    def token(self, domain):
        """Of the component itself, or where it has accounts, of alice."""
        def read():
            with open(self._token_file(domain), encoding="utf-8") as file:
                return file.read()
        return wait_until(read, "the token is written")

    def authorization(self, domain):
        """The header that logs in as the component itself."""
        return "Bearer " + self.token(domain) if self._by == With.MOD_REST else basic(domain, self.secret)
