#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The host kit as another project finds it once it is installed: with pkg-config, outside of this tree.

Usage: installed_kit_test.py BUILD COMPILER...; reads the environment of the other tests of this folder.
Threads: the test's thread. Ownership: the test owns its directory and its program.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import minimal_host
from minimal_host import MinimalHost

BUILD, COMPILER = sys.argv[1], sys.argv[2:]
EXAMPLE = pathlib.Path(os.environ["SOURCE_ROOT"]) / "examples" / "embed.cpp"
LIMIT = 150  # seconds, for one step


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT, **more).stdout


class InstalledKit(unittest.TestCase):
    def test_the_example_is_compiled_with_what_is_installed_and_serves_a_plugin(self):
        directory = tempfile.TemporaryDirectory(prefix="restanza-kit-")
        self.addCleanup(directory.cleanup)
        root = pathlib.Path(directory.name)
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--tags", "devel", env={**os.environ, "DESTDIR": str(root / "to")})
        found = list((root / "to").rglob("xp-host.pc"))
        self.assertEqual(len(found), 1)
        prefix = next(line.partition("=")[2] for line in found[0].read_text().split("\n") if line.startswith("prefix="))
        flags = run("pkg-config", f"--define-variable=prefix={root}/to{prefix}", "--cflags", "--libs", "xp-host",
                    env={**os.environ, "PKG_CONFIG_PATH": str(found[0].parent)}).split()
        run(*COMPILER, "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", str(EXAMPLE), *flags, "-o", str(root / "embed"))
        minimal_host.PROGRAM = str(root / "embed")
        host = MinimalHost("minimal", {"greeting": "Good day"})
        self.addCleanup(host.program.kill)
        self.assertEqual(host.rest.request("GET", "/rest/hello").body, b"Good day")
        host.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
