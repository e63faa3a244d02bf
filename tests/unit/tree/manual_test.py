#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what is written beside the program against the program: manual pages, completion, packages.

Usage: manual_test.py ROOT RESTANZA_HOST VERSION SETTINGS_MANUAL, the last of which is the built restanza.toml.5.
Reads only; a check whose tool is missing is skipped.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path()
HOST = VERSION = ""

OPTION = re.compile(r"--[a-z][a-z-]+")
SETTINGS = ""
PAGES = ("server_stub/man/restanza-host.1", "plugin/man/xp.3", "tests/abi/xp_check/xp_check.1",
         "tests/abi/xp_hostcheck/xp_hostcheck.1")
PACKAGING = "server_stub/packaging"
DEBIAN = f"{PACKAGING}/debian"


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def plain(path):
    """A page without its markup: macros and escapes are gone, words stay."""
    page = re.sub(r"^\.[A-Z][a-z]\s?", "", text(path), flags=re.MULTILINE)
    return page.replace(r"\-", "-").replace("Fl -", "--").replace(r"\(dq", '"')


def keys(page):
    """The keys that a page explains: what stands in bold in it (the macro Ic)."""
    found = set()
    for line in text(page).splitlines():
        for part in re.findall(r"\bIc (\S+)", line):
            found.add(part)
    return found


class Manual(unittest.TestCase):
    maxDiff = None

    def test_every_option_is_in_the_manual_and_completed_and_no_other(self):
        shown = set(OPTION.findall(run(HOST, "--help"))) | {"--help"}
        self.assertGreaterEqual(shown, {"--config", "--check", "--version"})
        written = {"--" + name for line in text(PAGES[0]).splitlines() if line.startswith(".It Fl -")
                   for name in re.findall(r"-([a-z][a-z-]+)", line)}
        self.assertEqual(written, shown)
        completed = re.search(r"compgen -W '([^']*)'", text(f"{PACKAGING}/restanza-host.bash"))
        self.assertEqual(set(completed[1].split()), shown)

    def test_every_setting_is_in_the_manual_and_no_other(self):
        known = set(re.findall(r"^  (\w+): ", run(HOST, "--settings"), re.MULTILINE))
        self.assertGreater(len(known), 60)
        self.assertEqual(keys(SETTINGS), known)

    def test_every_option_of_xp_check_is_in_its_manual(self):
        shown = set(OPTION.findall(text("tests/abi/xp_check/main.cpp")))
        self.assertIn("--only", shown)
        self.assertEqual(set(OPTION.findall(plain(PAGES[2]))), shown)

    def test_every_option_of_xp_hostcheck_is_in_its_manual(self):
        """And so are those that it gives to hosts."""
        folder = "tests/abi/xp_hostcheck"
        shown = set(OPTION.findall(text(f"{folder}/main.cpp") + text(f"{folder}/session.cpp")))
        self.assertLessEqual({"--only", "--domain"}, shown)
        self.assertEqual(set(OPTION.findall(plain(PAGES[3]))), shown)

    def test_every_function_of_the_interface_is_in_its_manual(self):
        header = text("plugin/include/xp.h")
        tables = header[header.index("typedef struct xp_host {"):header.index("#if defined(_WIN32)")]
        members = set(re.findall(r"\(\*(\w+)\)\(", tables)) - {"fn", "release", "done"}
        self.assertIn("http_respond", members)
        page = plain(PAGES[1])
        self.assertEqual([name for name in sorted(members) if not re.search(rf"\b{name}\b", page)], [])
        for name in re.findall(r"^ +(XP_[A-Z_]+),?(?: /\*.*)?$|#define (XP_EXT_\w+)", header, re.MULTILINE):
            self.assertIn("".join(name), page)
        for name in re.findall(r"XP_\w+", re.search(r"enum \{ XP_OK,[^}]*\}", header)[0]):
            self.assertIn(name, page)

    def test_the_pages_are_sound(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for page in (SETTINGS, *PAGES):
            with self.subTest(page=page):
                shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(ROOT / page)],
                                       capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(shown.stderr, "")
                if shutil.which("mandoc"):
                    self.assertEqual(run("mandoc", "-T", "lint", "-W", "warning", str(ROOT / page)), "")


class Packages(unittest.TestCase):
    maxDiff = None

    def test_all_places_name_one_version(self):
        self.assertIn(VERSION, run(HOST, "--version"))
        self.assertEqual(re.match(r"restanza \((.*?)\)", text(f"{DEBIAN}/changelog"))[1], VERSION)
        self.assertEqual(re.search(r"^## ([0-9.]+)", text("server_stub/doc/changelog.md"), re.MULTILINE)[1], VERSION)

    def test_a_package_is_built_with_what_the_tree_is_built_with(self):
        listed = re.search(r"^build_packages=\((.*?)\)", text("tests/packages"), re.MULTILINE | re.DOTALL)[1].split()
        wanted = re.search(r"^Build-Depends:(.*?)^\S", text(f"{DEBIAN}/control"), re.MULTILINE | re.DOTALL)[1]
        names = {re.split(r"[\s(|]", each.strip())[0] for each in wanted.split(",")}
        # g++ is essential to every build there.
        self.assertEqual(names - {"debhelper-compat", "dh-sequence-installsysusers"}, set(listed) - {"g++"})

    def test_all_that_is_installed_of_what_is_made_is_built_for_the_packages(self):
        """By its file, or with the other hostile plugins by their alias: the packages install without a build of the rest."""
        build = pathlib.Path(SETTINGS).resolve().parents[2]
        targets = json.loads(run("meson", "introspect", "--targets", str(build)))
        made = {str(pathlib.Path(file).relative_to(build)) for each in targets if each["installed"] for file in each["filename"]}
        self.assertIn("plugin/restanza.so", made)
        named = set(re.search(r"dh_auto_build -- (.*?)\n\n", text(f"{DEBIAN}/rules"), re.DOTALL)[1].replace("\\\n", " ").split())
        self.assertIn("hostile-plugins", named)
        self.assertEqual({file for file in made if "tests/abi/hostile_plugins/" not in file} - named, set())

    def test_the_unit_exposes_little(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        with tempfile.TemporaryDirectory() as directory:
            unit = pathlib.Path(directory) / "restanza.service"
            unit.write_text(text(f"{PACKAGING}/restanza.service.in").replace("@bindir@", "/bin")
                            .replace("@sysconfdir@", "/etc"), encoding="utf-8")
            told = run("systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit))
        if "unrecognized option" in told:
            self.skipTest("systemd-analyze is older than --offline")
        exposure = re.search(r"Overall exposure level for restanza.service: ([0-9.]+)", told)
        self.assertIsNotNone(exposure, told)
        self.assertLess(float(exposure[1]), 2.0, told)

    def test_the_default_configuration_and_the_unit_name_the_same_credentials(self):
        passed = set(re.findall(r"^LoadCredential=(\S+)$", text(f"{PACKAGING}/restanza.service.in"), re.MULTILINE))
        named = set(re.findall(r'secret_file = "(.*?)"', text(f"{PACKAGING}/restanza.toml")))
        self.assertEqual(passed, named)


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1]).resolve()
    HOST, VERSION, SETTINGS = sys.argv[2:5]
    unittest.main(argv=sys.argv[:1], verbosity=2)
