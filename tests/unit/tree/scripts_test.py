#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the scripts that people run: what shellcheck finds, such as a path that is not quoted, and that each suite of
tests says which packages it needs.

Usage: scripts_test.py ROOT. Reads only.
"""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path()
TOPS = (".ci", "examples", "plugin", "server_stub", "tests")
READ_BY_SCRIPTS = {"tests/packages"}  # with `source`, so that no first line names a shell
DEADLINE = 120  # seconds for shellcheck


def scripts():
    for path in sorted(path for top in TOPS for path in (ROOT / top).rglob("*")):
        if not path.is_file():
            continue
        with open(path, "rb") as file:
            first = file.readline()
        if re.match(rb"#!.*\b(ba)?sh( -\w+)?$", first.strip()) or path.relative_to(ROOT).as_posix() in READ_BY_SCRIPTS:
            yield path


class Scripts(unittest.TestCase):
    maxDiff = None

    def test_shellcheck_has_nothing_to_say(self):
        names = [path.relative_to(ROOT).as_posix() for path in scripts()]
        self.assertLessEqual({"tests/run", "tests/packages", "examples/quickstart", ".ci/run"}, set(names))
        done = subprocess.run(["shellcheck", "--external-sources", "--severity=warning", *names], cwd=ROOT, check=False,
                              capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_every_suite_says_what_it_needs(self):
        suites = set()
        for path in (ROOT / "tests").rglob("meson.build"):
            suites |= set(re.findall(r"\bsuite: '([a-z]+)'", path.read_text(encoding="utf-8")))
        suites.remove("bench")  # benchmarks are no tests
        rows = re.findall(r"^  \[([a-z]+)\]=", (ROOT / "tests" / "packages").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(rows), sorted(suites))


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=2)
