#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""xp_hostcheck passes the hosts of this tree, and of each one that breaks a rule it names the rule.

Usage: xp_hostcheck_test.py sound | broken. Where the hosts, the plugins and the program are stands in the environment.
Threads: the test's thread, and a few that wait for programs. Ownership: each call of the program ends with it.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM, PLUGINS, BROKEN = (os.environ[name] for name in ("XP_HOSTCHECK", "HOSTILE_PLUGINS", "BROKEN_HOSTS"))
ROOT = pathlib.Path(os.environ["SOURCE_ROOT"])
LIMIT = os.environ.get("RESTANZA_TEST_DEADLINE", "30")  # seconds, of each thing that a host is to do
DEADLINE = 10 * float(LIMIT)
JOBS = "8"  # most cases wait
# Of the broken hosts: what they never do is waited for.
SILENT = {"keeps_who_left", "drops_what_is_passed", "keeps_presence", "passes_what_is_refused", "stops_reading_in_the_drain"}
PATIENCE = "10"  # seconds, with such a host
# What a host need not have: to acknowledge stanzas, to know bearers, to look at a plugin's settings.
KEEPING = ("keeps_a_stanza", "passes_what_it_kept", "refuses_what_it_kept", "never_settles")
BODIES = ("body_in_pieces", "body_breaks_off", "body_at_the_end")  # taken in pieces
OPTIONAL = (*KEEPING, "bearers", "odd_settings")

# (host, the case that shows it, the part of the header whose rule it breaks)
EXPECTED = [
    ("believes_the_list", "odd_settings", "life"),
    ("ends_bodies_early", "body_in_pieces", "http_read"),
    ("forgets_who_asks", "body_at_the_end", "http_read"),
    ("gives_pieces_twice", "body_in_pieces", "http_read"),
    ("keeps_who_left", "body_breaks_off", "http_read"),
    ("drops_what_is_passed", "passes_what_it_kept", "settle_stanza"),
    ("forgets_a_verdict", "bearers", "check_bearer"),
    ("names_a_principal", "bearers", "check_bearer"),
    ("passes_what_is_refused", "refuses_what_it_kept", "settle_stanza"),
    ("settles_again", "keeps_a_stanza", "settle_stanza"),
    ("takes_any_kind", "sends_parsed", "send_parsed"),
    ("takes_any_parsed_sender", "sends_parsed", "send_parsed"),
    ("trusts_any_token", "bearers", "check_bearer"),
    ("wants_all_settled", "never_settles", "errors"),
    ("covers_too_much", "paths", "register_route"),
    ("destroys_what_is_not_done", "done_never", "drain"),
    ("forgets_its_process", "forks", "processes"),
    ("keeps_presence", "kinds", "on_stanza"),
    ("loses_wakeups", "resumes_first", "resume"),
    ("loses_what_is_unsent", "answers_at_the_end", "http_respond"),
    ("never_releases", "exports_more", "contexts"),
    ("sends_anything", "sends_rubbish", "send_stanza"),
    ("stops_reading_in_the_drain", "done_by_a_stanza", "drain"),
    ("takes_any_sender", "foreign_from", "send_stanza"),
    ("takes_any_status", "bad_status", "http_respond"),
    ("takes_newer_plugins", "future_minor", "xp_plugin_desc"),
    ("unescapes_nothing", "attributes", "xp_stanza"),
]


def xp_hostcheck(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout


def checked(*arguments, patience=LIMIT):
    return xp_hostcheck("--plugins", PLUGINS, "--jobs", JOBS, "--timeout", patience, *arguments)


def broken(name):
    return os.path.join(BROKEN, "broken-host-" + name)


class Passes(unittest.TestCase):
    def passes(self, code, output, but=(), without=()):
        """The cases that fail, and those that are skipped, are these."""
        self.assertEqual(re.findall(r"(?m)^FAIL (\w+)", output), list(but), output)
        self.assertEqual(re.findall(r"(?m)^skip (\w+): the host\b", output), list(without), output)
        skipped = f", {len(without)} skipped" if without else ""
        self.assertRegex(output, rf"\n[1-9][0-9]+ passed, {len(but)} failed{skipped}\n$")
        self.assertEqual(code, 1 if but else 0)


class Sound(Passes):
    def test_every_host_of_this_tree_passes(self):
        hosts = {"restanza-host": ([sys.executable, str(ROOT / "tests" / "abi" / "restanza_command.py")], OPTIONAL),
                 "the least host with HTTP": ([os.environ["MINIMAL_HOST"]], ()),
                 "the same of version 1.0": ([broken("sound_of_version_1_0")], ("sends_parsed", *KEEPING, *BODIES)),
                 "the example on the kit": ([os.environ["EMBED"]], OPTIONAL),
                 "the same with all that the kit has": ([broken("sound_with_all")], ("odd_settings",))}
        with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
            results = pool.map(lambda host: checked(*host[0]), hosts.values())
        for (name, (_, without)), (code, output) in zip(hosts.items(), results):
            with self.subTest(host=name):
                self.passes(code, output, without=without)

    def test_what_a_host_does_not_have_is_skipped_with_the_reason_and_its_version(self):
        code, output = checked("--only", "sends_parsed", "--only", "bearers", broken("sound_of_version_1_0"))
        self.assertEqual(output, "skip sends_parsed: the host, whose minor version is 0, lacks send_parsed\n"
                                 "ok bearers\n1 passed, 0 failed, 1 skipped\n")
        self.assertEqual(code, 0)


class Broken(unittest.TestCase):
    def test_each_broken_host_fails_the_case_that_shows_it_and_the_rule_is_named(self):
        def run(expected):
            host, case, _ = expected
            return checked("--only", case, broken(host), patience=PATIENCE if host in SILENT else LIMIT)

        with concurrent.futures.ThreadPoolExecutor(len(EXPECTED)) as pool:
            results = pool.map(run, EXPECTED)
        for (host, case, where), (code, output) in zip(EXPECTED, results):
            with self.subTest(host=host, case=case):
                self.assertRegex(output, rf'(?m)^FAIL {case}: .*; xp\.h, {where}: ".+"$')
                self.assertEqual(code, 1)

    def test_every_broken_host_is_expected_somewhere(self):
        built = {name.removeprefix("broken-host-") for name in os.listdir(BROKEN)
                 if re.fullmatch(r"broken-host-(?!sound_)\w+", name)}
        self.assertEqual(built, {host for host, _, _ in EXPECTED})

    def test_a_host_that_is_broken_in_one_way_fails_only_where_it_shows(self):
        code, output = checked("--only", "sends_rubbish", "--only", "paths", "--only", "bad_status", broken("takes_any_status"))
        self.assertEqual(re.findall(r"(?m)^(?:ok|FAIL) \w+", output), ["FAIL bad_status", "ok paths", "ok sends_rubbish"])
        self.assertRegex(output, r"\n2 passed, 1 failed\n$")
        self.assertEqual(code, 1)

    def test_what_is_no_host_fails_every_case(self):
        code, output = checked("--only", "exports_more", "--only", "storm", "/bin/false")
        self.assertEqual(re.findall(r"(?m)^FAIL (\w+): it never said where it serves HTTP \(the host has ended with code 1", output),
                         ["exports_more", "storm"])
        self.assertEqual(code, 1)
        code, output = checked("--only", "no_symbol", "/nowhere/at/all")
        self.assertRegex(output, r"^FAIL no_symbol: /nowhere/at/all cannot be started")
        self.assertEqual(code, 1)

    def test_the_list_names_each_case_and_what_it_shows(self):
        code, output = xp_hostcheck("--list")
        names = [line.split()[0] for line in output.splitlines()]
        self.assertEqual(code, 0)
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({case for _, case, _ in EXPECTED}, set(names))

    def test_each_rule_stands_in_the_header_in_these_words(self):
        header = (ROOT / "plugin/include/xp.h").read_text(encoding="utf-8")
        words = " ".join(re.sub(r"(?m)^[ *]+|[ ]?\*/$", "", header).split())
        code, output = xp_hostcheck("--rules")
        self.assertEqual(code, 0)
        rules = [line.partition(": ")[2] for line in output.splitlines()]
        self.assertGreater(len(rules), 20)
        self.assertEqual([rule for rule in rules if rule not in words], [])

    def test_each_hostile_plugin_is_in_a_case(self):
        sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/abi/xp_hostcheck/cases").glob("*.cpp"))
        plugins = [path.stem for path in (ROOT / "tests/abi/hostile_plugins").glob("*.c")]
        self.assertGreater(len(plugins), 20)
        self.assertEqual([name for name in plugins if f'"{name}"' not in sources], [])

    def test_a_case_that_there_is_not_is_an_error(self):
        self.assertEqual(checked("--only", "none", "/bin/true")[0], 2)
        self.assertEqual(xp_hostcheck()[0], 2)
        self.assertEqual(xp_hostcheck("--list", "/bin/true")[0], 2)

    def test_a_number_of_jobs_that_is_none_or_too_large_is_an_error(self):
        for jobs, code in (("0", 2), ("64", 1), ("65", 2)):
            with self.subTest(jobs=jobs):
                self.assertEqual(xp_hostcheck("--jobs", jobs, "--plugins", PLUGINS, "--only", "no_symbol", "/nowhere")[0], code)


if __name__ == "__main__":
    which = {"sound": "Sound", "broken": "Broken"}[sys.argv.pop(1)]
    unittest.main(defaultTest=which, verbosity=2)
