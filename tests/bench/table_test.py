#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The table tells the truth: what is missed, what failed and what could not be measured all show, and in the exit code.

Threads: none. Ownership: each test has a directory of its own.
"""
import contextlib
import io
import os
import tempfile
import unittest

import table


class TableTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = os.environ["RESTANZA_BENCH_RESULTS"] = directory.name

    def table(self, *parts):
        """The exit code and the lines."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = table.main(self.directory, *parts)
        return code, printed.getvalue().splitlines()

    def leave(self, part, fill):
        rows = table.Rows(part)
        fill(rows)
        with contextlib.redirect_stdout(io.StringIO()):
            return rows.write()

    def test_a_limit_is_met_when_it_is_reached_exactly(self):
        self.assertEqual(self.leave("idle", lambda rows: rows.at_most("processor", 2, 2, "%")), 0)
        self.assertEqual(self.leave("iqs", lambda rows: rows.at_least("ping", 10.0, 10)), 0)
        code, lines = self.table("iqs", "idle")
        self.assertEqual(code, 0)
        self.assertEqual(lines[2:], ["| ping | 10.00 | at least 10 | yes |",
                                     "| processor | 2.0 % | at most 2 % | yes |", "",
                                     "2 targets met, 0 missed, 0 not measured"])

    def test_a_missed_target_ends_the_part_and_the_table_with_1(self):
        self.assertEqual(self.leave("idle", lambda rows: rows.at_most("processor", 2.1, 2, "%")), 1)
        self.assertEqual(self.leave("iqs", lambda rows: rows.at_least("ping", 9.99, 10)), 1)
        code, lines = self.table("iqs", "idle")
        self.assertEqual(code, 1)
        self.assertEqual(lines[2:4], ["| ping | 9.99 | at least 10 | **no** |",
                                      "| processor | 2.1 % | at most 2 % | **no** |"])

    def test_a_part_that_left_no_rows_has_failed(self):
        code, lines = self.table("idle")
        self.assertEqual(code, 1)
        self.assertEqual(lines[2], "| idle | failed | a result | **no** |")

    def test_without_names_every_part_is_asked_for(self):
        self.leave("idle", lambda rows: rows.add("memory", "3 MiB"))
        code, lines = self.table()
        self.assertEqual(code, 1)
        self.assertEqual(len(lines[2:-2]), len(table.PARTS))
        self.assertIn("| memory | 3 MiB |  |  |", lines)

    def test_what_could_not_be_measured_is_counted_apart(self):
        self.assertEqual(self.leave("iqs", lambda rows: rows.not_measured("ping", "no mod_rest", "at least 10")), 0)
        code, lines = self.table("iqs")
        self.assertEqual(code, 0)
        self.assertEqual(lines[2], "| ping | not measured: no mod_rest | at least 10 |  |")
        self.assertEqual(lines[-1], "0 targets met, 0 missed, 1 not measured")


if __name__ == "__main__":
    unittest.main(verbosity=2)
