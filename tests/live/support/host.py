# SPDX-License-Identifier: MIT
"""restanza-host under test: a configuration written for it, its ready line read, its end checked.

Threads: for the test's thread.
Ownership: owns its directory and its process; both are gone after close(), which fails where the program ended
badly or a sanitizer complained.
"""
import json
import os
import signal
import subprocess
import tempfile

from .deadline import DEADLINE
from .process import Program
from .rest_client import RestClient

PROGRAM = os.environ.get("RESTANZA_HOST", "restanza-host")
SUPPRESSIONS = os.path.dirname(os.path.abspath(__file__))
COMPLAINTS = ("ThreadSanitizer", "AddressSanitizer", "LeakSanitizer", "runtime error:")
OUTCOME = "reloaded: |nothing was changed"  # of a SIGHUP
# The path of a Unix socket may have spaces.
READY = r"^ready http=(?P<http>.+?)(?: c2s=(?P<c2s>\S+))?(?: component=(?P<component>\S+))?$"


def toml(value):
    """A TOML value: JSON's strings, numbers and booleans are TOML as well; a table is written inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def section(header, values):
    return "\n".join([header] + [f"{key} = {toml(value)}" for key, value in values.items()]) + "\n"


def sanitized_environment():
    """The environment of the host: whatever a sanitizer complains of shows in its exit code."""
    env = dict(os.environ)
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    env.setdefault("TSAN_OPTIONS", f"second_deadlock_stack=1:suppressions={SUPPRESSIONS}/tsan.supp")
    env.setdefault("LSAN_OPTIONS", f"print_suppressions=0:suppressions={SUPPRESSIONS}/lsan.supp")
    return env


class Host:
    component_secret = "rest-secret"  # None: the settings of a test say it

    def __init__(self, xmpp, domain="rest.localhost", settings=None, http="127.0.0.1:0", wait_ready=True,
                 state_dir=None, environment=None):
        """`environment` is added to the program's own, `state_dir` may be a place that outlives the host, `http` an
        address or all of the section [http]."""
        self.domain = domain
        self._xmpp, self._environment = xmpp, environment or {}
        self._http = http if isinstance(http, dict) else {"listen": http}
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-host-")
        self.state_dir = state_dir or f"{self._directory.name}/state"
        self.config = f"{self._directory.name}/restanza.toml"
        self.program = None
        self.launch(settings, wait_ready)

    def launch(self, settings=None, wait_ready=True):
        """Starts the program, again where it has ended, on the same state."""
        self.http = self.c2s = self.rest = None
        self.write(settings)
        self.program = Program("restanza-host", [PROGRAM, "--config", self.config],
                               env={**sanitized_environment(), **self._environment})
        if wait_ready:
            self.wait_ready()

    def write(self, settings=None):
        """The configuration, which the program reads at its start and with SIGHUP."""
        secret = {"component_secret": self.component_secret} if self.component_secret else {}
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(section("", {"state_dir": self.state_dir} if self.state_dir else {}))
            config.write(section("[http]", self._http))
            config.write(section("[xmpp]", self._xmpp))
            config.write(section("[[plugin]]", {"load": "restanza", "domain": self.domain}))
            config.write(section("[plugin.settings]", {**secret, **(settings or {})}))

    def reload(self, settings=None):
        """Has the program read other settings with SIGHUP, and waits for the outcome; what the log says from then on."""
        before = len(self.program.lines())
        self.write(settings)
        self.program.signal(signal.SIGHUP)
        self.program.wait_for_line(OUTCOME, since=before)
        return "\n".join(self.program.lines()[before:])

    def run_task(self, *arguments):
        """The program with this configuration, for something else than to run: what it ended with and said."""
        return subprocess.run([PROGRAM, "--config", self.config, *arguments], capture_output=True, text=True,
                              timeout=DEADLINE * 2, env=sanitized_environment(), check=False)

    def wait_ready(self):
        try:
            ready = self.program.wait_for_line(READY, source="out")
        except AssertionError:
            self.discard()
            raise
        self.http, self.c2s = ready["http"], ready["c2s"]
        self.rest = RestClient(self.http, self.domain, self.component_secret)
        return ready

    def client(self, user, password):
        """The same interface with other credentials."""
        return RestClient(self.http, user, password)

    @property
    def c2s_address(self):
        host, port = self.c2s.rsplit(":", 1)
        return host, int(port)

    def complaints(self):
        return [line for line in self.program.lines("err") if any(word in line for word in COMPLAINTS)]

    def discard(self):
        """Ends it without looking how."""
        self.program.kill()
        self._directory.cleanup()

    def close(self):
        try:
            code = self.program.stop()
            complaints = self.complaints()
            if code != 0 or complaints:
                raise AssertionError(
                    f"restanza-host ended with {code}\n{self.program.transcript(*complaints[:1])}")
        finally:
            self._directory.cleanup()


class MigratedHost(Host):
    """Whose tables are brought up to date before each start, where the journal is in PostgreSQL."""

    def launch(self, settings=None, wait_ready=True):
        self.write(settings)
        self.migrate()
        super().launch(settings, wait_ready)

    def migrate(self):
        done = self.run_task("--migrate")
        if done.returncode != 0:
            raise AssertionError(f"--migrate ended with {done.returncode}\n{done.stdout}{done.stderr}")


def local_mode(**more):
    """Settings of [xmpp] for the small server inside the host, on a free port."""
    return {"mode": "local", "domain": "localhost", "c2s": "127.0.0.1:0",
            "accounts": {"alice": "wonder", "bob": "builder"}, **more}


def component_of(server):
    """Settings of [xmpp] for a component of that server."""
    return {"mode": "component", "server": f"127.0.0.1:{server.component_port}", "secret": server.secret}
