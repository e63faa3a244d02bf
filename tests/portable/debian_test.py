#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks tests/portable/debian without a network: a few programs of this machine play the minimal system.

Usage: debian_test.py SCRIPT. Most of it needs root and the right to mount, as the script does, and is skipped without.
Ownership: each test owns its cache folder.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SCRIPT = ""
DEADLINE = 60  # seconds
NOBODY = 65534
PROGRAMS = ("bash", "cat", "sleep")


def run(*arguments, **options):
    return subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=DEADLINE, check=False,
                          stdin=subprocess.DEVNULL, **options)


def may_mount():
    return os.geteuid() == 0 and (pathlib.Path(SCRIPT).parent.parent.parent / ".git").exists() and subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False).returncode == 0


def small_system(folder):
    """A folder in which PROGRAMS run."""
    for name in ("bin", "dev", "etc", "proc", "root", "tmp", "usr/sbin", "usr/local/share/ca-certificates"):
        (folder / name).mkdir(parents=True)
    files = [shutil.which(name) for name in PROGRAMS]
    listed = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True).stdout
    for file in {*re.findall(r"/\S*lib\S*\.so\S*", listed)} - {f + ":" for f in files}:
        (folder / file[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / file[1:])
    for file in files:
        shutil.copy(file, folder / "bin")
    (folder / "etc/debian_version").write_text("small\n", encoding="ascii")
    stub = folder / "usr/sbin/update-ca-certificates"
    stub.write_text("#!/bin/bash\n", encoding="ascii")
    stub.chmod(0o755)


def inside(folder):
    """The processes whose root lies in the folder."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/root"):
        try:
            if os.readlink(entry).startswith(str(folder)):
                found.append(entry.parent.name)
        except OSError:
            pass
    return found


class Usage(unittest.TestCase):
    def test_help_says_what_it_takes(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("tests/portable/debian [--cache DIR] [--mirror URL] SUITE [COMMAND]", done.stdout)

    def test_what_it_does_not_know_is_named(self):
        for arguments, said in [(["buster"], "unknown suite 'buster', it is bookworm, trixie or sid"),
                                (["--fast", "sid"], "unknown option '--fast', see --help"),
                                (["--cache"], "--cache needs a value"),
                                ([], "it takes a suite (bookworm, trixie or sid) and at most one command"),
                                (["sid", "true", "false"], "it takes a suite (bookworm, trixie or sid) and at most one "
                                                           "command")]:
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (2, f"tests/portable/debian: {said}\n"))


@unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
class Refused(unittest.TestCase):
    def skipped(self, done, why):
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (77, "", f"SKIPPED: no minimal Debian can be made here: {why}\n"))

    def test_somebody_without_rights_is_told_and_nothing_passes(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            for name in ("debian", "packages"):
                place = pathlib.Path(folder) / "tests" / ("portable" if name == "debian" else "")
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(pathlib.Path(SCRIPT).parent.parent / ("portable/debian" if name == "debian" else name), place)
            done = subprocess.run([f"{folder}/tests/portable/debian", "trixie", "true"], capture_output=True, text=True,
                                  check=False, timeout=DEADLINE, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
        self.skipped(done, "this needs root, or sudo without a password")

    def test_a_cache_that_cannot_be_made_is_named(self):
        self.skipped(run("--cache", "/proc/nowhere", "trixie", "true"), "the folder /proc/nowhere cannot be made")


class Runs(unittest.TestCase):
    def setUp(self):
        if not may_mount():
            self.skipTest("this needs root, the right to mount and a checkout of git")
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.cache = pathlib.Path(place.name).resolve() / "a cache"
        small_system(self.cache / "sid")

    def nothing_is_left(self):
        self.assertEqual(sorted(path.name for path in self.cache.iterdir()), ["sid", "sid.lock"])
        self.assertNotIn(str(self.cache).replace(" ", "\\040"), pathlib.Path("/proc/mounts").read_text(encoding="utf-8"))
        until = time.monotonic() + DEADLINE
        while inside(self.cache) and time.monotonic() < until:
            time.sleep(0.01)  # a process that was killed is a little while in ending
        self.assertEqual(inside(self.cache), [])

    def test_a_command_runs_in_a_clone_and_its_code_comes_back(self):
        done = run("--cache", self.cache, "sid", "cat .ci/run /etc/debian_version; echo $$ $HOME; exit 3")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("#!/usr/bin/env bash", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-2:], ["small", "1 /root"])
        self.nothing_is_left()

    def test_what_a_command_leaves_behind_ends_with_it(self):
        done = run("--cache", self.cache, "sid", "sleep 1000 & echo > /etc/changed")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.nothing_is_left()
        self.assertFalse((self.cache / "sid/etc/changed").exists())

    def test_a_command_cannot_make_itself_skipped(self):
        self.assertEqual(run("--cache", self.cache, "sid", "exit 77").returncode, 1)

    def test_a_signal_ends_it_and_all_that_it_began(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([SCRIPT, "--cache", self.cache, "sid", "echo begun; sleep 1000 & wait"],
                                  stdout=subprocess.PIPE, text=True) as script:
                while script.stdout.readline() != "begun\n":
                    self.assertIsNone(script.poll())
                script.send_signal(number)
                self.assertEqual(script.wait(DEADLINE), 128 + number)
            self.nothing_is_left()


if __name__ == "__main__":
    SCRIPT = str(pathlib.Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1], verbosity=2)
