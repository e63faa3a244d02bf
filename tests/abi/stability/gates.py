#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The two gates before a change of xp.h: a table of every size, offset and constant, and libabigail's description.

Usage: gates.py HEADER writes tests/abi/layout.golden and tests/abi/xp-1.MINOR.abi anew, which belongs to a minor
version and to nothing else. CC names the compiler; abidw and abidiff come from Debian's abigail-tools.

The table knows numbers and no types; libabigail knows types and no macros. Both are made from the header's text, so
that no member can be forgotten.

Threads: one. Ownership: works in a directory that the caller gives.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from header import Header  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent.parent
TABLE = FOLDER / "layout.golden"
COMPILER = shlex.split(os.environ.get("CC", "cc"))
DEADLINE = 120
# So that the file says its licence as all others do: in its second line, because abidiff looks at the first one.
LICENCE = "<!-- SPDX-License-Identifier: MIT-->"


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=DEADLINE, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def baseline_of(header):
    return FOLDER / f"xp-1.{dict(header.macros)['XP_MINOR']}.abi"


def table_program(header):
    """C that prints the table: the compiler computes it, the header's text says of what."""
    lines = ["#include <stdio.h>", '#include "xp.h"', "int main(void) {",
             r'printf("pointer size %zu\n", sizeof(void*));']
    for name in header.plain_types():
        lines.append(rf'printf("{name} size %zu signed %d\n", sizeof({name}), ({name})-1 < ({name})1);')
    for name, members in header.structs.items():
        lines.append(rf'printf("{name} size %zu\n", sizeof({name}));')
        for member, _ in members:
            place = f"offsetof({name}, {member}), sizeof((({name}*)0)->{member})"
            lines.append(rf'printf("{name}.{member} offset %zu size %zu\n", {place});')
    for constant in header.constants() + header.numbers():
        lines.append(rf'printf("{constant} %lld\n", (long long){constant});')
    for name, value in header.macros:
        if value and name not in header.numbers():
            text = f"{name} {value}".replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
            lines.append(rf'printf("{text}\n");')
    return "\n".join(lines + ["return 0;", "}", ""])


def table(source, folder):
    """The table of a header with this text."""
    (folder / "xp.h").write_text(source, encoding="utf-8")
    (folder / "table.c").write_text(table_program(Header(source)), encoding="utf-8")
    run([*COMPILER, "-std=c99", "-w", "-I", folder, folder / "table.c", "-o", folder / "table"])
    return run([folder / "table"])


def surface(source):
    """A library that takes one of everything in the header. An enum needs a name for that, and gets one."""
    header = Header(source)
    named = re.sub(r"\benum \{(\s*(?:/\*.*?\*/\s*)*)(\w+)", r"enum surface_\2 {\1\2", source)
    lines = [named]
    for name in [*header.structs, *header.plain_types()]:
        lines.append(f"XP_EXPORT void surface_of_{name}(const {name}* it) {{ (void)it; }}")
    for first in header.enums:
        lines.append(f"XP_EXPORT void surface_of_{first}(enum surface_{first} it) {{ (void)it; }}")
    lines.append("const xp_plugin_desc* xp_plugin_entry_v1(void) { return NULL; }")
    return "\n".join(lines) + "\n"


def description(source, folder):
    """What libabigail says of a header with this text: the file, without paths, lines or times in it."""
    (folder / "surface.c").write_text(surface(source), encoding="utf-8")
    library = folder / "surface.so"
    run([*COMPILER, "-std=c99", "-w", "-g", "-gdwarf-4", "-O0", "-shared", "-fPIC", "-fvisibility=hidden", "surface.c",
         "-o", library.name], cwd=folder)
    text = run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--type-id-style", "hash", library])
    path = folder / "surface.abi"
    first, rest = text.split("\n", 1)
    path.write_text("\n".join([first, LICENCE, rest]), encoding="utf-8")
    return path


def differences(old, new):
    """What abidiff has to say; an empty text where nothing changed, additions counting as changes."""
    done = subprocess.run(["abidiff", "--harmless", str(old), str(new)], capture_output=True, text=True, timeout=DEADLINE,
                          check=False)
    if done.returncode & 3:
        raise RuntimeError(f"abidiff failed: {done.stdout}{done.stderr}")
    if bool(done.returncode) != bool(done.stdout.strip()):
        raise RuntimeError(f"abidiff ended with {done.returncode} and said: {done.stdout}")
    return done.stdout


def main():
    source = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="xp-gates-") as name:
        folder = pathlib.Path(name)
        TABLE.write_text(table(source, folder), encoding="utf-8")
        baseline = baseline_of(Header(source))
        baseline.write_text(description(source, folder).read_text(encoding="utf-8"), encoding="utf-8")
    print(f"written: {TABLE}, {baseline}")


if __name__ == "__main__":
    main()
