# SPDX-License-Identifier: MIT
"""restanza-host with plugins of a test's own choice, in local mode.

Threads: for the test's thread.
Ownership: owns its directory and its process; close() ends it and fails where it ended badly.
"""
import tempfile

import minimal_host  # noqa: F401  (finds the support package)

from support.host import PROGRAM, READY, local_mode, sanitized_environment, section
from support.process import Program
from support.rest_client import RestClient


class Served:
    def __init__(self, *plugins):
        """Each plugin is the table of a [[plugin]] section."""
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-served-")
        config = f"{self._directory.name}/restanza.toml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'state_dir = "{self._directory.name}/state"\n')
            file.write(section("[http]", {"listen": "127.0.0.1:0"}) + section("[xmpp]", local_mode()))
            for plugin in plugins:
                file.write(section("[[plugin]]", plugin))
        self.program = Program("restanza-host", [PROGRAM, "--config", config], env=sanitized_environment())
        self.address = self.program.wait_for_line(READY, source="out")["http"]
        self.rest = RestClient(self.address, "rest.localhost", "rest-secret")

    def kill(self):
        self.program.kill()
        self._directory.cleanup()

    def close(self):
        if self.program.stop() != 0:
            raise AssertionError(self.program.transcript())
