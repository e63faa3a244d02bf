#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Slices of long suites: what a seed draws, of which kinds, and what a wrong setting is told.

Threads: one. Each case is asked in a Python of its own, because the setting is read once.
"""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = "[f'{kind}{number}' for kind in 'ab' for number in range(30)] + ['c0']"


def asked(expression, tests=None, sanitized=False):
    """The value of an expression over the module, as text; or what was said instead."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("RESTANZA_")}
    env.update({"RESTANZA_TESTS": tests} if tests else {}, **({"RESTANZA_SANITIZED": "1"} if sanitized else {}))
    done = subprocess.run([sys.executable, "-c", f"from support.played import *\nprint({expression})"], cwd=HERE, env=env,
                          capture_output=True, text=True, timeout=60, check=False)
    return (done.stdout or done.stderr).strip()


def drawn(tests):
    return asked(f"' '.join(one_in(3, {CASES}, lambda case: case[0]))", tests).split()


class Played(unittest.TestCase):
    def test_a_slice_has_one_case_in_three_of_each_kind_and_at_least_one(self):
        names = drawn("slice 1")
        self.assertEqual("".join(name[0] for name in names), "a" * 10 + "b" * 10 + "c")
        self.assertEqual(len(set(names)), len(names))

    def test_a_seed_draws_the_same_and_another_one_something_else(self):
        self.assertEqual(drawn("slice 1"), drawn("slice 1"))
        self.assertNotEqual(drawn("slice 1"), drawn("slice 2"))

    def test_everything_is_played_where_it_is_asked_for_or_nothing_is_said(self):
        self.assertEqual(len(drawn("full 7")), 61)
        self.assertEqual(drawn(None), drawn("full 7"))

    def test_how_many_are_played_depends_on_slice_and_sanitizer(self):
        how_many = "played(full=100, slice=30, sanitized=10)"
        self.assertEqual([asked(how_many, "full 1"), asked(how_many, "slice 1"), asked(how_many, "slice 1", True),
                          asked(how_many, "full 1", True)], ["100", "30", "10", "100"])

    def test_a_setting_that_says_nothing_is_named(self):
        for wrong in ("half 1", "slice", "slice x", "7"):
            self.assertEqual(asked("SEED", wrong), f"RESTANZA_TESTS is '{wrong}' instead of 'slice SEED' or 'full SEED', "
                                                   "where the seed is a number")


if __name__ == "__main__":
    unittest.main(verbosity=2)
