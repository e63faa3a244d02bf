#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host as a component of a real ejabberd."""
import unittest

import component_mode
from support.servers.ejabberd import Ejabberd


class BehindEjabberd(component_mode.ComponentMode, unittest.TestCase):
    server_class = Ejabberd


if __name__ == "__main__":
    component_mode.run(BehindEjabberd)
