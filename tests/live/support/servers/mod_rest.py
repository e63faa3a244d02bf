# SPDX-License-Identifier: MIT
"""A Prosody of the test's own with mod_rest, and its twin without it for a component that is to behave alike.

mod_rest is taken from where it is installed or was unpacked before, else from the prosody-modules package of a
newer Debian suite, which is unpacked without being installed.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(). The unpacked module stays for next time.
"""
import fcntl
import glob
import os
import re
import shutil
import subprocess
import tempfile

from ..deadline import wait_until
from ..process import accepts, free_ports, installed
from .prosody import Prosody

INSTALLED = "/usr/lib/prosody/modules"
SUITES = ("trixie", "sid")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOGIN_MODULE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "side_by_side")
DOWNLOAD_DEADLINE = 300  # seconds for apt-get, which fetches a suite's whole index

GLOBALS = """
plugin_paths = {{ "{plugins}", "{login}" }}
http_ports = {{ {http} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
"""

EXTERNAL = """
Component "{domain}"
  component_secret = "{secret}"
"""

REST = """
Component "{domain}" "rest"
  modules_enabled = {{ "side_by_side_login" }}
  side_by_side_token_file = "{token_file}"
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


class TwinProsody(Prosody):
    """Serves the same domains with and without mod_rest: with it, as its components; else as external ones.

    `rest` maps each domain to its settings of mod_rest; `external` names the domains of raw components.
    """

    def __init__(self, rest, external, plugins=None):
        first, *others = external
        super().__init__({"alice": "wonder", "bob": "builder"}, component_domain=first)
        self.http_port, = free_ports(1)
        self._rest = rest
        self._plugins = plugins
        with open(self._config_path, encoding="utf-8") as config:
            common = config.read()
        components = [EXTERNAL.format(domain=domain, secret=self.secret) for domain in others]
        for domain, settings in rest.items():
            if plugins:
                components.append(REST.format(domain=domain, token_file=self._token_file(domain)))
                components += [f'  {name} = "{value}"\n' for name, value in settings.items()]
            else:
                components.append(EXTERNAL.format(domain=domain, secret=self.secret))
        with open(self._config_path, "w", encoding="utf-8") as config:
            if plugins:
                config.write(GLOBALS.format(
                    plugins=os.path.abspath(plugins), login=os.path.abspath(LOGIN_MODULE), http=self.http_port))
            config.write(common + "".join(components))

    def _token_file(self, domain):
        return f"{self._directory.name}/{domain}.token"

    def start(self):
        super().start()
        if self._plugins:
            wait_until(lambda: accepts(self.http_port) and all(
                os.path.exists(self._token_file(domain)) for domain in self._rest) or self._ended(), "mod_rest serves")
        return self

    def authorization(self, domain):
        """The header that logs in to mod_rest as the component itself."""
        def token():
            with open(self._token_file(domain), encoding="utf-8") as file:
                return file.read()
        return "Bearer " + wait_until(token, "the token is written")
