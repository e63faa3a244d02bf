#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of plugin/doc/settings.md are those that the rows of the settings give.

Usage: settings_page_test.py ROOT SETTINGS_PAGE [--write]. With --write the tables are put into the page.
"""
import difflib
import pathlib
import re
import subprocess
import sys


def tables(text):
    """The table below each heading."""
    return {title: table for title, table in re.findall(r"^## (.+)\n\n((?:\|.*\n)+)", text, re.MULTILINE)}


def with_tables(page, new):
    for title, table in new.items():
        page, count = re.subn(rf"^(## {re.escape(title)}\n\n)(?:\|.*\n)+", lambda found: found[1] + table, page, flags=re.MULTILINE)
        if count != 1:
            sys.exit(f"the page has no section '{title}' that begins with a table")
    return page


def main():
    path = pathlib.Path(sys.argv[1]) / "plugin/doc/settings.md"
    printed = subprocess.run([sys.argv[2]], check=True, capture_output=True, text=True, timeout=60).stdout
    new = tables(printed)
    if len(new) < 3 or sum(table.count("\n") for table in new.values()) < 50:
        sys.exit("the program prints too little")
    before = path.read_text(encoding="utf-8")
    after = with_tables(before, new)
    if unknown := set(tables(before)) - set(new):
        sys.exit(f"the page has tables that no rows are for: {sorted(unknown)}")
    if "--write" in sys.argv[3:]:
        path.write_text(after, encoding="utf-8")
    elif after != before:
        sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "settings.md", "the rows"))
        sys.exit("settings.md differs from the rows: run this test with --write")


if __name__ == "__main__":
    main()
