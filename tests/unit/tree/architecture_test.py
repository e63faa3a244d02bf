#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the tree against its own rules: includes point one way, licences stand in every file, one symbol goes out.

Usage: architecture_test.py ROOT RESTANZA_SO. Needs nm of binutils for the last check; reads only.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path()
LIBRARY = pathlib.Path()

# Where people read which layer each folder has, and these tests as well: first plugin/, then server_stub/. A folder may
# include what has a lower number, and itself; folders of one number are strangers. Each folder with sources has a row,
# those inside others as well, and each source that stands in no folder.
DESIGN = "plugin/doc/design.md"
LAYERS, HOST_LAYERS = {}, {}
# What both sides of the border are written in, beside the C++ layer for plugins of others.
BORDER = {"xp.h", "xp_views.h"}
# What the build makes for the host, out of what stands in the plugin.
MADE = {"plugin_settings.inc", "plugin_keys.inc"}
SHARED_WITH_HOST = {"base", "login", "xml", "xmpp", "settings"}
# Where a library stops, a folder or a file: nothing else may include it.
LIBRARIES = {
    "expat.h": {"plugin/xml"},
    "tinyxml2.h": {"plugin/xml"},
    "stringprep.h": {"plugin/xmpp", "server_stub/local_server"},
    "nlohmann/json.hpp": {"plugin/mapping", "plugin/config", "server_stub"},
    "sqlite3.h": {"plugin/journal/sqlite"},
    "httplib.h": {"plugin/webhook/http/http_transport.cpp"},
    "lua.hpp": {"server_stub/prosody"},
}
# Headers of the C library that have a plain word for a name: `#include <link.h>` must never find one of ours.
OF_THE_C_LIBRARY = set("""
    aio aliases alloca ar argp argz assert byteswap complex cpio ctype dirent dlfcn elf endian envz err errno error
    execinfo fcntl features fenv fmtmsg fnmatch fstab fts ftw gconv getopt glob grp gshadow iconv ifaddrs inttypes
    langinfo lastlog libgen libintl limits link locale malloc math mcheck memory mntent monetary mqueue netdb nss
    obstack paths poll printf pthread pty pwd regex regexp resolv sched search semaphore setjmp shadow signal spawn
    stab stdint stdio stdlib string strings syscall sysexits syslog tar termio termios threads time ttyent uchar
    ucontext ulimit unistd utime utmp utmpx values wait wchar wctype wordexp
    """.split())
CODE = {".c", ".cpp", ".h", ".hpp"}
SOURCES = CODE | {".py", ".map"}
# One file on purpose, so that it can be read and copied as one: a host, and the border that it is written against.
# Everything else stays below 400 lines.
LONGER = {"tests/abi/minimal_host.c": 1220, "plugin/include/xp.h": 440, "tests/abi/frozen/xp-1.1.h": 440}
# What programs wrote or are fed, byte by byte; and formats without a place for a licence, which stands in `copyright`.
DATA = {pathlib.PurePath("tests/fuzz/corpus"), pathlib.PurePath("tests/support/state-0.1"),
        pathlib.PurePath("server_stub/packaging/debian")}
LICENCES = {"plugin": "MIT", "examples": "MIT", "tests": "MIT", "server_stub": "GPL-3.0-or-later"}
# The folders and files whose licence is another than that of the folder above them: what the host kit is made of.
MIT_OF_HOST = ("server_stub/hosting", "server_stub/http_front", "server_stub/kit", "server_stub/net",
               "server_stub/prosody", "server_stub/link/xmpp_link.h")


def sources(top):
    for folder, folders, files in os.walk(ROOT / top):
        folders[:] = sorted(f for f in folders if f != "__pycache__" and not f.startswith("build"))
        for name in sorted(files):
            yield pathlib.Path(folder) / name


def includes(path):
    """The (is_own, name) of each include directive."""
    text = path.read_text(encoding="utf-8")
    for mark, name in re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', text, re.MULTILINE):
        yield mark == '"', name


def of_kit(path):
    return any(f"{path.relative_to(ROOT).as_posix()}/".startswith(f"{each}/") for each in MIT_OF_HOST)


def code(top):
    return [path for path in sources(top) if path.suffix in CODE]


def layers_in(design):
    """The folders of each table of layers in this text, and the layer of each."""
    tables = []
    for below in design.split("\n| layer | folder | what it knows |\n")[1:]:
        rule, *rows = below.split("\n\n")[0].split("\n")
        cells = [re.fullmatch(r"\| (\d+) \| `([a-z_/]+)(?:\.cpp)?` \| .+ \|", row) for row in rows]
        if rule != "| --- | --- | --- |" or not all(cells):
            sys.exit(f"a table of layers has a row that cannot be read: {[r for r, c in zip(rows, cells) if not c]}")
        folders = [cell[2] for cell in cells]
        if len(set(folders)) < len(folders):
            sys.exit(f"a table of layers has a folder twice: {sorted(folders)}")
        tables.append({cell[2]: int(cell[1]) for cell in cells})
    return tables


def layer_of(name, layers):
    """The folder that decides about a file: the innermost that has a layer of its own ('webhook/http'), else the folder at
    the top; for a file that stands there directly, the file's own name ('app')."""
    parts = pathlib.PurePath(name).parts
    if len(parts) == 1:
        return pathlib.PurePath(name).stem
    around = ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
    return next((folder for folder in around if folder in layers), parts[0])


def own_layers(names):
    """What must have a layer of its own: each folder of these files, and each file in no folder, by its name."""
    paths = [pathlib.PurePath(name) for name in names]
    return {path.parent.as_posix() if len(path.parts) > 1 else path.stem for path in paths}


def folder_of(path, top):
    """The same for a path, by the folders at the top alone."""
    return layer_of(path.relative_to(ROOT / top), {})


class Architecture(unittest.TestCase):
    maxDiff = None

    def upward(self, top, layers, seen):
        """The includes below `top` that do not point down; all (from, to) of folders go into `seen`."""
        wrong = []
        for path in code(top):
            here = layer_of(path.relative_to(ROOT / top), layers)
            if here == "include":
                continue
            self.assertIn(here, layers, f"{path}: a folder that has no row yet in the layers of {DESIGN}")
            for own, name in includes(path):
                if not own or not (ROOT / top / name).is_file():
                    continue  # of the other tree, which other tests look at
                there = layer_of(name, layers)
                seen.add((here, there))
                if here != there and layers[there] >= layers[here]:
                    wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        return wrong

    def test_the_plugins_includes_point_down(self):
        seen = set()
        self.assertEqual(self.upward("plugin", LAYERS, seen), [])
        self.assertIn(("abi", "app"), seen)
        self.assertIn(("app", "webhook/http"), seen)
        missing = [f"{path.relative_to(ROOT)} includes {name}" for path in code("plugin")
                   for own, name in includes(path)
                   if own and not any((folder / name).is_file() for folder in (ROOT / "plugin", ROOT / "plugin/include"))]
        self.assertEqual(missing, [])

    def test_the_hosts_includes_point_down(self):
        seen = set()
        self.assertEqual(self.upward("server_stub", HOST_LAYERS, seen), [])
        self.assertIn(("app", "hosting"), seen)

    def test_each_folder_with_sources_has_a_layer_of_its_own(self):
        """Otherwise it would count as the folder around it, and the two could include each other."""
        for top, layers in (("plugin", LAYERS), ("server_stub", HOST_LAYERS)):
            names = [path.relative_to(ROOT / top).as_posix() for path in code(top)]
            self.assertEqual(sorted(own_layers(names) - {"include"}), sorted(layers), f"the folders of {top}/ and their layers")

    def test_a_folder_inside_another_does_not_count_as_that_one(self):
        self.assertEqual(own_layers(["a/x.h", "a/b/x.cpp", "a/b/c/x.h", "main.cpp"]), {"a", "a/b", "a/b/c", "main"})
        layers = {"a": 2, "a/b/c": 1, "main": 3}
        self.assertEqual([layer_of(name, layers) for name in ("a/x.h", "a/b/x.h", "a/b/c/x.h", "a/b/c/d/x.h", "main.cpp")],
                         ["a", "a", "a/b/c", "a/b/c", "main"])

    def test_no_header_is_left_out_of_these_checks(self):
        headers = {path.relative_to(ROOT).as_posix() for top in LICENCES for path in code(top)}
        self.assertIn("server_stub/kit/xp_host.hpp", headers)
        self.assertIn("plugin/include/xp_core.hpp", headers)
        included = {f"{path.relative_to(ROOT)} includes {name}" for top in ("plugin", "server_stub") for path in code(top)
                    for own, name in includes(path) if own and pathlib.PurePath(name).suffix not in CODE | {".inc"}}
        self.assertEqual(included, set())

    def test_the_layers_are_those_of_the_design(self):
        self.assertEqual(layers_in("x\n\n| layer | folder | what it knows |\n| --- | --- | --- |\n| 1 | `a/b` | x |\n"
                                   "| 0 | `main.cpp` | y |\n\nx"), [{"a/b": 1, "main": 0}])
        self.assertEqual(LAYERS["base"], 0)
        self.assertGreater(LAYERS["abi"], LAYERS["app"])
        self.assertEqual(HOST_LAYERS["net"], 0)
        self.assertEqual(max(HOST_LAYERS, key=HOST_LAYERS.get), "app")

    def test_a_table_of_layers_that_cannot_be_read_is_an_error(self):
        head = "\n| layer | folder | what it knows |\n| --- | --- | --- |\n| 1 | `a` | x |\n"
        for wrong in ("| one | `b` | x |", "| 1 | b | x |", "| 2 | `a` | again |"):
            with self.assertRaises(SystemExit):
                layers_in(head + wrong + "\n\n")

    def test_no_folders_of_the_host_include_each_other_in_a_circle(self):
        """Sub-folders count as folders of their own: either the outer one stands on the inner one, or the reverse."""
        below = {}
        for path in code("server_stub"):
            here = path.parent.relative_to(ROOT / "server_stub").as_posix()
            there = {name.rpartition("/")[0] for own, name in includes(path) if own and (ROOT / "server_stub" / name).is_file()}
            below.setdefault(here, set()).update(there - {here})
        self.assertIn("link", below["link/component"])
        left = dict(below)
        while bottom := [folder for folder, there in left.items() if not there & set(left)]:
            for folder in bottom:
                del left[folder]
        self.assertEqual(left, {})

    def test_the_folders_of_the_hosts_tests_mirror_its_own(self):
        def folders(top):
            return {path.parent.relative_to(ROOT / top).as_posix() for path in code(top)}
        self.assertEqual(folders("tests/unit/server_stub"), folders("server_stub"))

    def test_only_the_border_knows_xp_h(self):
        users = {folder_of(path, "plugin") for path in code("plugin")
                 for own, name in includes(path) if own and (ROOT / "plugin/include" / name).is_file()}
        self.assertEqual(users, {"abi", "include"})

    def test_the_header_needs_nothing_but_c(self):
        header = ROOT / "plugin" / "include" / "xp.h"
        self.assertEqual(set(includes(header)), {(False, "stddef.h"), (False, "stdint.h")})

    def test_the_host_knows_only_the_shared_folders_of_the_plugin(self):
        wrong = []
        shared = 0
        for path in code("server_stub"):
            for own, name in includes(path):
                if not own or name in BORDER or name in MADE:
                    continue
                if (ROOT / "server_stub" / name).is_file():
                    continue
                self.assertTrue((ROOT / "plugin" / name).is_file(), f"{path} includes {name}, which is not there")
                shared += 1
                if name.split("/")[0] not in SHARED_WITH_HOST:
                    wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])
        self.assertGreater(shared, 0)

    def test_the_plugin_knows_nothing_of_the_host(self):
        for path in code("plugin"):
            for own, name in includes(path):
                self.assertNotIn("server_stub", name)
                self.assertFalse(own and ".." in name, f"{path} includes {name}")
                self.assertNotIn("gloox", name)

    def test_of_webhooks_only_the_http_clients_tests_use_sockets(self):
        tests = ROOT / "tests" / "unit"
        wrong = [f"{path.relative_to(ROOT)} includes {name}"
                 for folder in (tests / "subscription", tests / "webhook")
                 for path in sorted(folder.glob("*.*")) if path.suffix in SOURCES and path.name != "http_endpoint.h"
                 for _, name in includes(path) if name in {"sys/socket.h", "unit/webhook/http_endpoint.h"}]
        self.assertEqual(wrong, [])
        seen = {name for path in (tests / "webhook" / "http").glob("*.h") for _, name in includes(path)}
        self.assertIn("unit/webhook/http_endpoint.h", seen)

    def test_libraries_stop_where_they_should(self):
        wrong = []
        for path in code("plugin") + code("server_stub"):
            here = path.relative_to(ROOT).as_posix()
            for _, name in includes(path):
                if name in LIBRARIES and not any(f"{here}/".startswith(f + "/") for f in LIBRARIES[name]):
                    wrong.append(f"{here} includes {name}")
        self.assertEqual(wrong, [])

    def test_libraries_are_used_as_they_document_it_for_users(self):
        inside = re.compile(r"(public|protected|private)\s+(httplib|tinyxml2)::|\b(httplib|nlohmann|toml)::(detail|impl)\b|"
                            r"\bhttplib::(ClientImpl|SSLClient)\b|\bCatch::")
        wrong = [f"{path.relative_to(ROOT)}: {found.group()}" for top in ("plugin", "server_stub", "tests")
                 for path in code(top) if path.name != "catch.h"
                 for found in inside.finditer(path.read_text(encoding="utf-8"))]
        self.assertEqual(wrong, [])

    def test_every_file_says_its_licence(self):
        wrong = []
        for top in LICENCES:
            for path in sources(top):
                if path.suffix in {".json", ".golden", ".md"} or DATA & set(path.relative_to(ROOT).parents):
                    continue
                licence = "MIT" if of_kit(path) else LICENCES[top]
                head = "\n".join(path.read_text(encoding="utf-8").split("\n")[:2])
                if not re.search(rf"SPDX-License-Identifier: {re.escape(licence)}( \*/|-->)?$", head, re.MULTILINE):
                    wrong.append(str(path.relative_to(ROOT)))
        self.assertEqual(wrong, [])

    def test_the_kit_is_all_mit_and_needs_no_library_of_the_host_alone(self):
        """Nothing of it includes a file of server_stub/ with another licence, nor gloox, TOML or the log's library."""
        wrong, seen = [], 0
        for path in (each for each in sources("server_stub") if each.suffix in CODE and of_kit(each)):
            for own, name in includes(path):
                seen += 1
                there = ROOT / "server_stub" / name
                if own and there.is_file() and not of_kit(there) or re.match("gloox/|toml|spdlog/", name):
                    wrong.append(f"{path.relative_to(ROOT)} includes {name}")
        self.assertEqual(wrong, [])
        self.assertGreater(seen, 100)

    def test_headers_are_read_once(self):
        headers = {ROOT / "plugin" / "include" / "xp.h", *(ROOT / "tests" / "abi" / "frozen").glob("*.h")}  # C, with a guard
        wrong = [str(p) for top in LICENCES for p in code(top)
                 if p.suffix in {".h", ".hpp"} and p not in headers and "#pragma once" not in p.read_text(encoding="utf-8")]
        self.assertEqual(wrong, [])

    def test_no_header_has_the_name_of_one_of_the_c_library(self):
        wrong = [str(p.relative_to(ROOT)) for top in ("plugin", "server_stub") for p in code(top)
                 if p.suffix in {".h", ".hpp"} and p.stem in OF_THE_C_LIBRARY]
        self.assertEqual(wrong, [])

    def test_no_file_is_longer_than_400_lines(self):
        wrong = [f"{p.relative_to(ROOT)}: {n}" for top in LICENCES for p in sources(top) if p.suffix in SOURCES
                 for n in [len(p.read_text(encoding="utf-8").split("\n"))]
                 if n > LONGER.get(p.relative_to(ROOT).as_posix(), 400) + 1]
        self.assertEqual(wrong, [])

    def test_every_test_is_run(self):
        """Its file's name, or what stands before `_test`, is in a meson.build beside it or above."""
        wrong = []
        for path in sources("tests"):
            if not re.search(r"_test\.(py|cpp)$", path.name):
                continue
            named = re.compile(f"[/']({re.escape(path.name)}|{re.escape(path.name.split('_test.')[0])})'")
            beside = [each / "meson.build" for each in (path.parent, path.parent.parent)]
            if not any(each.exists() and named.search(each.read_text(encoding="utf-8")) for each in beside):
                wrong.append(str(path.relative_to(ROOT)))
        self.assertEqual(wrong, [])

    def test_the_library_exports_one_symbol(self):
        listed = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix", str(LIBRARY)],
                                check=True, capture_output=True, text=True, timeout=60).stdout
        self.assertEqual([line.split()[0] for line in listed.splitlines()], ["xp_plugin_entry_v1"])


if __name__ == "__main__":
    ROOT, LIBRARY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    LAYERS, HOST_LAYERS = layers_in((ROOT / DESIGN).read_text(encoding="utf-8"))
    unittest.main(argv=sys.argv[:1], verbosity=2)
