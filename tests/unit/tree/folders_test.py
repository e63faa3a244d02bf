#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the rule that a folder shows few things at once: at most 20 unlike files on one level.

A header, its source and its test are one, for they have one name. Files of one kind, each of which stands for itself as a
row of a table does, are not counted; a folder of such files is named below, with the kind.

Usage: folders_test.py ROOT. Reads only.
"""

import fnmatch
import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path()
TOPS = ("plugin", "server_stub", "tests", "examples")
LIMIT = 20
# What a folder needs to be one.
OF_THE_FOLDER = {"meson.build", "__init__.py"}
# Folders with rows: what each row is, and which files are rows. An entry that no folder needs any longer goes.
ROWS = {
    "tests/abi/broken_plugins": ("a plugin that breaks one rule of the border", lambda path: path.suffix == ".c"),
    "tests/abi/hostile_plugins": ("a plugin that does one thing to its host", lambda path: path.suffix == ".c"),
    "tests/bench": ("a part of the benchmarks, which is run by itself", lambda path: path.name.endswith("_bench.py")),
    "tests/fuzz": ("a fuzz target, which has a folder in the corpus",
                   lambda path: (path.parent / "corpus" / path.stem).is_dir()),
    "tests/fuzz/corpus/*": ("an input of the target", lambda path: True),
    "tests/live": ("a test of the real programs, which is run by itself", lambda path: path.name.endswith("_test.py")),
}


def folders(root, tops=TOPS):
    """The path of each folder, as the tree names it, and its files."""
    for top in tops:
        for folder, inner, files in os.walk(root / top):
            inner[:] = sorted(each for each in inner if each != "__pycache__" and not each.startswith("build"))
            yield pathlib.Path(folder).relative_to(root).as_posix(), [pathlib.Path(folder) / name for name in sorted(files)]


def unlike(files, is_row=lambda path: False):
    return sorted({path.stem.removesuffix("_test") for path in files
                   if path.name not in OF_THE_FOLDER and not is_row(path)})


def rows_of(folder, rows):
    """The kinds that are named for a folder, by the names of their entries."""
    return [name for name in rows if fnmatch.fnmatchcase(folder, name)]


def crowded(root, rows, tops=TOPS):
    """The folders with more unlike files than the limit, and how many they have."""
    counted = {}
    for folder, files in folders(root, tops):
        counted[folder] = len(unlike(files, lambda path: any(rows[name][1](path) for name in rows_of(folder, rows))))
    return {folder: number for folder, number in counted.items() if number > LIMIT}


class Folders(unittest.TestCase):
    maxDiff = None

    def test_no_folder_holds_more_than_20_unlike_files(self):
        self.assertEqual(crowded(ROOT, ROWS), {}, "split these by ideas into folders with a layer of their own")

    def test_each_entry_for_rows_is_needed_and_only_for_rows(self):
        without = crowded(ROOT, {})
        needed = {name for folder in without for name in rows_of(folder, ROWS)}
        self.assertEqual(sorted(set(ROWS) - needed), [], "these folders would pass without their entry")

    def test_a_folder_is_counted_as_the_rule_says(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            folder = root / "top" / "inner"
            folder.mkdir(parents=True)
            alike = [f"name{n}{end}" for n in range(LIMIT) for end in (".h", ".cpp", "_test.cpp")]
            for name in ["meson.build", "__init__.py", *alike]:
                (folder / name).touch()
            self.assertEqual(crowded(root, {}, ["top"]), {})
            (folder / "one_more.h").touch()
            self.assertEqual(crowded(root, {}, ["top"]), {"top/inner": LIMIT + 1})
            headers = {"top/*": ("a header", lambda path: path.name == "one_more.h")}
            self.assertEqual(crowded(root, headers, ["top"]), {})


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=2)
