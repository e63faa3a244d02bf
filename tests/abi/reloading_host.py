# SPDX-License-Identifier: MIT
"""restanza-host with any number of plugins, whose configuration is written anew while it runs.

Threads: for the test's thread.
Ownership: owns its directory and its process; close() ends it and fails where it ended badly.
"""
import pathlib
import re
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))

from support.deadline import wait_until  # noqa: E402
from support.host import COMPLAINTS, PROGRAM, READY, local_mode, sanitized_environment, section  # noqa: E402
from support.process import Program  # noqa: E402
from support.rest_client import RestClient  # noqa: E402

DOMAIN = "rest.localhost"
SECRET = "rest-secret"
ECHO = f"<message from='bot@{DOMAIN}' to='alice@localhost'><body>still here</body></message>"
OUTCOME = r"reloaded: |nothing was changed"


def entry(load, domain=DOMAIN, settings=None, **more):
    """One [[plugin]] of the configuration."""
    return (section("[[plugin]]", {"load": load, "domain": domain, **more})
            + section("[plugin.settings]", settings or {}))


class ReloadingHost:
    def __init__(self, *entries, xmpp=None):
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-reload-")
        self._xmpp = local_mode() if xmpp is None else xmpp
        self.config = f"{self._directory.name}/restanza.toml"
        self.write(*entries)
        self.program = Program("restanza-host", [PROGRAM, "--config", self.config], env=sanitized_environment())
        self.rest = None

    def wait_ready(self):
        self.rest = RestClient(self.program.wait_for_line(READY, source="out")["http"], DOMAIN, SECRET)
        return self

    def write(self, *entries, listen="127.0.0.1:0", level="info"):
        self.write_text(section("", {"state_dir": f"{self._directory.name}/state"}) + section("[log]", {"level": level})
                        + section("[http]", {"listen": listen}) + section("[xmpp]", self._xmpp) + "".join(entries))

    def write_text(self, text):
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(text)

    def hang_up(self):
        """Sends SIGHUP; gives the place in the log from which on its lines stand."""
        before = len(self.program.lines("err"))
        self.program.signal(signal.SIGHUP)
        return before

    def said(self, pattern, since=0):
        """The match in the first line of the log from that place on in which the pattern is found."""
        def look():
            found = [re.search(pattern, line) for line in self.program.lines("err")[since:]]
            if not any(found) and not self.program.running():
                raise AssertionError(f"the host has ended\n{self.program.transcript()}")
            return next(filter(None, found), None)
        try:
            return wait_until(look, f"a line with {pattern!r}")
        except AssertionError as missed:
            raise AssertionError(f"{missed}\n{self.program.transcript()}") from None

    def reload(self, *entries, **more):
        """Writes the configuration, has it read again and waits for the outcome; gives the lines about it."""
        self.write(*entries, **more)
        return self.read_again()

    def read_again(self):
        since = self.hang_up()
        self.said(OUTCOME, since)
        return "\n".join(self.program.lines("err")[since:])

    def close(self):
        try:
            code = self.program.stop()
            complaints = [line for line in self.program.lines("err") if any(word in line for word in COMPLAINTS)]
            if code != 0 or complaints:
                raise AssertionError(f"restanza-host ended with {code}\n{self.program.transcript(*complaints[:1])}")
        finally:
            self._directory.cleanup()
