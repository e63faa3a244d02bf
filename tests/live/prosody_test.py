#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host as a component of a real Prosody."""
import unittest

import component_mode
from support.servers.prosody import Prosody


class BehindProsody(component_mode.ComponentMode, unittest.TestCase):
    server_class = Prosody


if __name__ == "__main__":
    component_mode.run(BehindProsody)
