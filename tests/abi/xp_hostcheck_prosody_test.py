#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""xp_hostcheck with a real Prosody that has loaded mod_restanza, in each of the places where that stands.

Threads: the test's thread. Ownership: each call of the program ends with it, and the Prosodys that it began.
"""
import sys
import unittest

import command_protocol  # noqa: F401  (finds the support package)
from xp_hostcheck_test import BODIES, OPTIONAL, ROOT, Passes, checked

from support.servers.prosody_inside import ProsodyInside


class InsideProsody(Passes):
    def check(self, place, but=(), without=OPTIONAL):
        code, output = checked(sys.executable, str(ROOT / "tests" / "abi" / "prosody_command.py"), place)
        self.passes(code, output, but, without)
        return output

    def test_it_passes_as_a_component(self):
        self.check("component")

    def test_it_passes_where_prosodys_own_http_server_hands_requests_over(self):
        self.check("prosodys-http", without=(*OPTIONAL, *BODIES))

    def test_on_a_virtual_host_presence_is_prosodys_own_and_all_else_passes(self):
        with_tokens = [each for each in OPTIONAL if each != "bearers"]
        output = self.check("virtual-host", but=("kinds",), without=with_tokens)
        self.assertIn("of a message, a presence and an iq 2 were offered", output)


if __name__ == "__main__":
    if ProsodyInside.missing():
        print(f"SKIPPED: install {ProsodyInside.missing()}")
        sys.exit(77)
    unittest.main(verbosity=2)
