#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""xp_check passes sound plugins, and of each one that is broken on purpose it names the case that shows it.

Usage: xp_check_test.py sound | broken. Where the plugins and the program are stands in the environment.

Threads: some runs of the program at once, each waited for on a thread of its own.
Ownership: each run has ended when its test has.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import unittest

PROGRAM = os.environ["XP_CHECK"]
BROKEN = os.environ["BROKEN_PLUGINS"]
DEADLINE = 300
AT_ONCE = 4

CRASH = r"it (crashed|ended with code)"
HANG = "it did not end within"
# Plugin, case, and what the case says of it.
EXPECTED = [
    ("exports_more", "exported_symbols", "xp_broken_extra"),
    ("no_license", "descriptor", "license is missing"),
    ("impure_entry", "descriptor", "not pure"),
    ("never_done", "life", "never said to be done"),
    ("done_twice", "life", "done twice"),
    ("done_too_early", "drain_in_no_time", "done while an exchange was open"),
    ("never_answers", "requests_are_answered", "never answered"),
    ("answers_twice", "busy_life", "an exchange that has ended"),
    ("keeps_a_view", "busy_life", CRASH + ".*, in a request"),
    ("never_settles", "busy_life", "kept and never settled"),
    ("keeps_anything", "nothing_to_keep", "keeps what it must not keep"),
    ("reads_past_a_view", "busy_life", CRASH + ".*, in a hook"),
    ("leaks_a_descriptor", "leaves_no_descriptors", "descriptors are left after destroy: .*/dev/null"),
    ("leaks_a_thread", "leaves_no_threads", "threads are left after destroy"),
    ("ignores_sigpipe", "leaves_the_process_alone", r"signal 13 .* to ignore it"),
    ("changes_directory", "leaves_the_process_alone", "working directory"),
    ("no_release", "life", "on_stanza was given no release"),
    ("gone_before_its_release", "late_release", CRASH + ".*, in a release"),
    ("ignores_settings", "settings_unknown_key", "taken without an error"),
    ("ignores_settings", "settings_malformed", "no JSON object are taken"),
    ("names_no_key", "settings_unknown_key", "does not name"),
    ("fails_in_silence", "settings_malformed", "without saying why"),
    ("does_anything", "tasks", "is not unsupported"),
    ("lists_unknown_settings", "settings_listed", "a default that is refused: .*loud"),
    ("recursive_settings", "settings_huge", CRASH + ".*, in create"),
    ("trusts_the_table", "short_host_table", CRASH + ".*, in create"),
    ("refuses_newer_hosts", "long_host_table", "cannot be created"),
    ("needs_an_extension", "no_extensions", CRASH + ".*, in start"),
    ("one_instance", "two_instances", "cannot be started"),
    ("hundred_instances", "create_1000_times", "time 101"),
    ("frees_itself_when_start_fails", "failed_start", CRASH),
    ("unregisters_nothing", "destroy_without_start", "unregister of what is not registered"),
    ("takes_any_reload", "reload", "takes a setting that there is not"),
    ("bad_status", "busy_life", "the status [45][0-9]+0"),
    ("splits_headers", "busy_life", "control characters in the header X-Broken"),
    ("writes_after_the_end", "busy_life", "http_write with an exchange that has ended"),
    ("loses_a_broken_stream", "gone_after_begin", "done while an exchange was open|never ended"),
    ("large_is_welcome", "body_too_large", "answered with 200"),
    ("gone_too_early", "gone_before_the_watch", CRASH + ".*, in a request"),
    ("gone_under_calls", "destroyed_under_load", CRASH),
    ("watches_twice", "busy_life", "watched twice"),
    ("registers_late", "busy_life", "outside of create and start"),
    ("small_buffer_for_paths", "hostile_requests", CRASH),
    ("small_buffer_for_ids", "hostile_stanzas", CRASH),
    ("busy_for_ever", "flood", "busy for 5 s"),
    ("resumes_a_route", "busy_life", "resume of what is no hook"),
    ("busy_for_an_iq", "busy_life", "busy for an iq"),
    ("hooks_unknown_kinds", "hooked_kinds", "kinds that there are not"),
    ("trusts_any_answer", "wrong_answers", "from somebody else"),
    ("answers_each_answer", "wrong_answers", "an exchange that has ended"),
    ("sends_for_another", "busy_life", "another from than that of: <message from='mallory"),
    ("trusts_newer_functions", "null_functions", CRASH + ".*, in a hook"),
    ("sends_rubbish", "busy_life", "no stanza: hello"),
    ("sends_under_its_lock", "hook_reentered", HANG),
    ("answers_under_its_lock", "route_reentered", HANG),
    ("insists", "never_room", HANG + ".*, in a hook"),
    ("waits_for_room", "never_room", "never said to be done"),
    ("writable_needs_its_lock", "room_inside_the_call", HANG),
    ("knows_every_status", "unknown_status", CRASH),
    ("expects_success", "each_status", CRASH),
    ("takes_every_kind", "unknown_kinds_and_flags", "a kind that there is not was taken"),
    ("leaves_its_hook", "life", "still registered at the end of destroy"),
    ("swallows_iqs", "iqs_are_answered", "taken and never answered"),
    ("takes_signals", "blocks_signals", "does not block a signal"),
    ("sets_the_environment", "leaves_the_process_alone", "the environment is"),
    ("needs_time_after_done", "serve_while_draining", "after done was not answered"),
    ("knows_every_kind", "unknown_kinds_and_flags", CRASH + ".*, in a hook"),
    ("drain_waits_for_verdicts", "verdicts_after_destroy", "never said to be done"),
    ("trusts_any_principal", "verdicts_early", CRASH + ".*, in a verdict"),
    ("verdict_after_its_end", "verdicts_after_destroy", CRASH + ".*, in a verdict"),
]


def xp_check(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE)
    return done.returncode, done.stdout


def broken(name):
    return os.path.join(BROKEN, name + ".so")


class Sound(unittest.TestCase):
    def passes(self, *arguments):
        code, output = xp_check(*arguments)
        self.assertEqual([line for line in output.splitlines() if line.startswith("FAIL")], [])
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"(?m)^ok busy_life$")
        self.assertRegex(output, r"\n[1-9][0-9]* passed, 0 failed\n$")

    def test_restanza_with_a_webhook(self):
        self.passes(os.environ["RESTANZA_SO"], "--settings",
                    '{"component_secret": "s3cret", "rest_callback_url": "@URL@"}')

    def test_restanza_without_settings(self):
        self.passes(os.environ["RESTANZA_SO"])

    def test_the_minimal_plugin(self):
        self.passes(os.environ["MINIMAL_PLUGIN"], "--settings", '{"greeting": "Good day"}')

    def test_the_plugin_that_the_broken_ones_are_made_of(self):
        self.passes(broken("sound"))


class Broken(unittest.TestCase):
    def test_each_broken_plugin_fails_the_case_that_shows_it(self):
        def run(expected):
            plugin, case, says = expected
            return xp_check(broken(plugin), "--only", case, "--timeout", "8" if HANG in says else "20")

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:  # most of them wait
            results = pool.map(run, EXPECTED)
        for (plugin, case, says), (code, output) in zip(EXPECTED, results):
            with self.subTest(plugin=plugin, case=case):
                self.assertRegex(output, rf"(?m)^FAIL {case}: .*({says})")
                self.assertEqual(code, 1)

    def test_every_broken_plugin_is_expected_somewhere(self):
        built = {name[:-3] for name in os.listdir(BROKEN) if name.endswith(".so")}
        self.assertEqual(built - {"sound"}, {plugin for plugin, _, _ in EXPECTED})

    def test_what_is_broken_in_one_way_fails_only_where_it_shows(self):
        code, output = xp_check(broken("takes_any_reload"))
        self.assertEqual(re.findall(r"(?m)^FAIL ([a-z0-9_]+)", output), ["reload"])
        self.assertRegex(output, r"\n[1-9][0-9]+ passed, 1 failed\n$")
        self.assertEqual(code, 1)

    def test_what_is_no_plugin_fails_every_case_and_ends_none(self):
        code, output = xp_check("/dev/null", "--only", "life", "--only", "descriptor")
        self.assertRegex(output, r"^FAIL descriptor: .*\nFAIL life: it cannot be loaded.*\n0 passed, 2 failed\n$")
        self.assertEqual(code, 1)

    def test_the_list_names_each_case_and_what_it_shows(self):
        code, output = xp_check("--list")
        names = [line.split()[0] for line in output.splitlines()]
        self.assertEqual(code, 0)
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({case for _, case, _ in EXPECTED}, set(names))

    def test_a_case_that_there_is_not_is_an_error(self):
        self.assertEqual(xp_check(broken("sound"), "--only", "none")[0], 2)
        self.assertEqual(xp_check()[0], 2)


if __name__ == "__main__":
    which = {"sound": "Sound", "broken": "Broken"}[sys.argv.pop(1)]
    unittest.main(defaultTest=which, verbosity=2)
