#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Today's xp.h against what was promised, and that the gates catch what they are there for.

Usage: gates_test.py HEADER [table | abidiff]. Exits with 77 where the machine or its packages are other than the
gates need.

Threads: one. Ownership: each test works in a directory of its own.
"""
import pathlib
import shutil
import sys
import tempfile
import unittest

import gates
from header import Header, NotUnderstood, faults_of_successor

HEADER = pathlib.Path(sys.argv[1])
FROZEN = sorted(gates.FOLDER.glob("frozen/xp-1.*.h"), key=lambda path: int(path.stem.split(".")[1]))
AGAIN = "gates.py HEADER writes it anew; that belongs to a new minor version (plugin/doc/abi.md)"

# No extension has an enum yet; one that had would be watched in the same way.
WITH_ENUM = [("typedef struct {\n  uint32_t size, reserved;\n  int32_t (*is_up)",
              "enum { XP_LINK_DOWN, XP_LINK_UP };\n"
              "typedef struct {\n  uint32_t size, reserved;\n  int32_t (*is_up)")]

RENUMBERED = [("XP_LINK_DOWN, XP_LINK_UP", "XP_LINK_DOWN = 1, XP_LINK_UP = 0")]

# What is changed, how, and which gate sees it. The table knows numbers and no types.
BOTH = ("table", "abidiff")
CHANGES = [
    ("a member in the middle of a struct", [("  xp_str query; ", "  xp_str fragment;\n  xp_str query; ")], BOTH),
    ("a member at the end of a struct", [("  size_t header_count;\n", "  size_t header_count;\n  xp_str fragment;\n")], BOTH),
    ("a function in the middle of the host's table",
     [("  void (*resume)(const", "  void (*pause)(const struct xp_host*, xp_reg*);\n  void (*resume)(const")], BOTH),
    ("a member in the middle of an extension's struct",
     [("  int32_t (*is_up)", "  int32_t (*is_idle)(const xp_host*);\n  int32_t (*is_up)")], BOTH),
    ("two members that change places", [("const char *id, *version,", "const char *version, *id,")], BOTH),
    ("a constant in the middle of an enum", [("  XP_GONE, ", "  XP_LATER,\n  XP_GONE, ")], BOTH),
    ("an enum's constants that change places", [("XP_PASS, XP_CONSUME, XP_BUSY", "XP_PASS, XP_BUSY, XP_CONSUME")], BOTH),
    ("a parameter's type", [("int32_t priority", "int64_t priority")], ("abidiff",)),
    ("a parameter's sign", [("uint32_t deadline_ms", "int32_t deadline_ms")], ("abidiff",)),
    ("a result's type", [("int32_t (*fn)(void* ctx, const xp_stanza*)", "void (*fn)(void* ctx, const xp_stanza*)")],
     ("abidiff",)),
    ("a parameter more", [("void (*http_end)(const struct xp_host*, xp_exchange*)",
                           "void (*http_end)(const struct xp_host*, xp_exchange*, uint32_t flags)")], ("abidiff",)),
    ("a parameter's type in an extension", [("xp_str state_dir, void (*line)", "const char* state_dir, void (*line)")],
     ("abidiff",)),
    ("a parameter's type in a callback of an extension",
     [("(*verdict)(void* ctx, xp_status, xp_str bare_jid)", "(*verdict)(void* ctx, int64_t, xp_str bare_jid)")],
     ("abidiff",)),
    ("a member's type of the same size", [("  const xp_pair* headers;", "  const xp_str* headers;")], ("abidiff",)),
    ("the revision of an extension", [('"xp.auth/1"', '"xp.auth/2"')], ("table",)),
]


def changed(source, changes):
    for old, new in changes:
        if source.count(old) != 1:
            raise AssertionError(f"'{old}' stands {source.count(old)} times in the header")
        source = source.replace(old, new)
    return source


class Gate(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.source = HEADER.read_text(encoding="utf-8")
        cls.first = FROZEN[0].read_text(encoding="utf-8")  # never changes, so that the changes below go on fitting

    def folder(self):
        directory = tempfile.TemporaryDirectory(prefix="xp-gates-")
        self.addCleanup(directory.cleanup)
        return pathlib.Path(directory.name)

    def table(self, source):
        return gates.table(source, self.folder())

    def abidiff(self, old, new):
        return gates.differences(gates.description(old, self.folder()), gates.description(new, self.folder()))


class Table(Gate):
    def test_every_size_offset_and_constant_is_what_it_was(self):
        self.assertEqual(self.table(self.source), gates.TABLE.read_text(encoding="utf-8"), AGAIN)

    def test_it_names_every_name_of_the_header(self):
        names = set(gates.re.findall(r"\b(?:xp|XP)_\w+", Header(self.source).text))
        table = self.table(self.source)
        handles = {"xp_exchange", "xp_reg", "xp_plugin", "xp_plugin_entry_v1", "XP_EXPORT"}
        self.assertEqual({name for name in names if f"\n{name} " not in table} - handles, set())

    def test_it_sees_changes_of_numbers_and_no_others(self):
        before = self.table(self.first)
        for what, changes, seen_by in CHANGES:
            with self.subTest(what):
                after = self.table(changed(self.first, changes))
                self.assertEqual(after != before, "table" in seen_by)

    def test_it_sees_an_enum_of_an_extension_renumbered(self):
        before = changed(self.first, WITH_ENUM)
        after = changed(before, RENUMBERED)
        self.assertNotEqual(self.table(before), self.table(after))

    def test_what_the_reader_does_not_know_is_an_error(self):
        for new in ("typedef union { int a; } xp_either;", "struct xp_bare { int a; };", "extern int xp_variable;",
                    "typedef struct { int a : 3; } xp_bits;", "typedef struct { struct { int a; } b; } xp_nested;",
                    "typedef void (*xp_function)(void);"):
            with self.subTest(new), self.assertRaises(NotUnderstood):
                Header(changed(self.first, [("#define XP_EXT_LINK", new + "\n#define XP_EXT_LINK")]))


class Successor(Gate):
    """A minor version appends. Compared as texts, so types count too, also when the other gates are written anew."""

    def faults(self, source):
        return faults_of_successor(Header(self.first), Header(source))

    def test_todays_header_continues_every_frozen_one(self):
        self.assertIn(gates.baseline_of(Header(self.source)).stem, [path.stem for path in FROZEN], AGAIN)
        for path in FROZEN:
            with self.subTest(path.name):
                self.assertEqual(faults_of_successor(Header(path.read_text(encoding="utf-8")), Header(self.source)), [])

    def test_a_minor_version_may_append(self):
        minor = [("#define XP_MINOR 0", "#define XP_MINOR 1")]
        member = [("  size_t header_count;\n", "  size_t header_count;\n  xp_str fragment;\n")]
        constant = [("  XP_INTERNAL /*", "  XP_INTERNAL,\n  XP_LATER /*")]
        extension = [("#ifdef __cplusplus\n}",
                      '#define XP_EXT_MORE "xp.more/1"\ntypedef struct { uint32_t size; } xp_more;\n#ifdef __cplusplus\n}')]
        for change in (member, constant, extension):
            self.assertEqual(self.faults(changed(self.first, minor + change)), [])
            self.assertIn("XP_MINOR", " ".join(self.faults(changed(self.first, change))))

    def test_a_minor_version_may_do_nothing_else(self):
        minor = changed(self.first, [("#define XP_MINOR 0", "#define XP_MINOR 1")])
        for what, changes, _ in CHANGES:
            if what == "a member at the end of a struct":
                continue
            with self.subTest(what):
                self.assertNotEqual(self.faults(changed(minor, changes)), [])

    def test_what_has_no_size_may_not_grow(self):
        source = changed(self.first, [("#define XP_MINOR 0", "#define XP_MINOR 1"),
                                       ("  xp_str name, value;\n} xp_pair;", "  xp_str name, value, language;\n} xp_pair;")])
        self.assertEqual(self.faults(source), ["xp_pair does not know its size, and has grown"])


class Abidiff(Gate):
    def test_nothing_has_changed_since_the_baseline(self):
        baseline = gates.baseline_of(Header(self.source))
        self.assertTrue(baseline.is_file(), AGAIN)
        self.assertEqual(gates.differences(baseline, gates.description(self.source, self.folder())), "", AGAIN)

    def test_the_baseline_names_no_directory(self):
        text = gates.baseline_of(Header(self.source)).read_text(encoding="utf-8")
        self.assertNotRegex(text, r"='/|filepath|comp-dir")

    def test_it_sees_changes_of_types_and_of_numbers(self):
        for what, changes, seen_by in CHANGES:
            with self.subTest(what):
                said = self.abidiff(self.first, changed(self.first, changes))
                self.assertEqual(said != "", "abidiff" in seen_by, said)

    def test_it_sees_an_enum_of_an_extension_renumbered(self):
        before = changed(self.first, WITH_ENUM)
        after = changed(before, RENUMBERED)
        self.assertIn("XP_LINK_UP", self.abidiff(before, after))


if __name__ == "__main__":
    cases = {"table": [Table, Successor], "abidiff": [Abidiff]}[sys.argv[2]]
    if sys.argv[2] == "abidiff" and not (shutil.which("abidiff") and shutil.which("abidw")):
        print("SKIPPED: abidiff is missing (Debian: abigail-tools)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        first_line = gates.table(HEADER.read_text(encoding="utf-8"), pathlib.Path(scratch)).split("\n")[0]
    if first_line != gates.TABLE.read_text(encoding="utf-8").split("\n")[0] or gates.os.uname().machine != "x86_64":
        print("SKIPPED: the table and the baseline are those of x86_64")
        sys.exit(77)
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases)
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
