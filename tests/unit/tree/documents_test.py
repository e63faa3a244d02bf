#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The documents say what is so: links and files that they name are there, and their tables have a row for each
key of the host, route, JSON key, fuzz target and example that the code has, and for nothing else.

Usage: documents_test.py ROOT RESTANZA_HOST. Reads only; what the documents tell a reader to do is tried by tests/live/documents_test.py.
"""
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse

ROOT = pathlib.Path()
HOST_PROGRAM = ""

MAX_README = 14000  # bytes
PLUGIN, HOST, TESTS = "plugin/doc", "server_stub/doc", "tests/doc"
# Riddles and house words that plain ones have replaced.
RIDDLES = ("that there is not", "nobody in particular", "is not understood here")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def documents():
    found = [ROOT / "README.md", *(ROOT / ".github").rglob("*.md")]
    for top in ("plugin", "server_stub", "tests", "examples"):
        found += (ROOT / top).rglob("*.md")
    return sorted(found)


def without_code(text):
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """The anchors that a heading gets where documents are shown: lower case, words joined by '-'."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", without_code(path.read_text(encoding="utf-8")), re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def first_cells(name, section):
    """The code in the first cell of each row of the section's table."""
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", read(name), re.MULTILINE | re.DOTALL)[1]
    lines = [line for line in text.split("\n") if line.startswith("| ")][2:]
    return [word for line in lines for word in re.findall(r"`([^`]+)`", line.split(" | ")[0])]


class Links(unittest.TestCase):
    def test_each_link_leads_somewhere(self):
        wrong, seen = [], 0
        for path in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text(encoding="utf-8"))):
                if re.match(r"https?://", target):
                    continue
                seen += 1
                file, _, anchor = urllib.parse.unquote(target).partition("#")
                there = (path.parent / file).resolve() if file else path
                if not there.exists() or anchor and anchor not in anchors(there):
                    wrong.append(f"{path.relative_to(ROOT)}: {target}")
        self.assertEqual(wrong, [])
        self.assertGreater(seen, 50)

    def test_each_document_is_linked_from_the_readme_or_from_one_that_is(self):
        reached, waiting = set(), [ROOT / "README.md"]
        while waiting:
            path = waiting.pop()
            if path in reached or not path.exists():
                continue
            reached.add(path)
            links = re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
            waiting += [(path.parent / link).resolve() for link in links]
        self.assertEqual([str(path.relative_to(ROOT)) for path in documents() if path.resolve() not in reached], [])

    def test_both_pages_that_show_ejabberds_listener_show_the_same(self):
        """The one of ejabberd's own page is what tests/live runs."""
        shown = [re.findall(r"^```yaml\n(.*?)^```$", read(f"{HOST}/{name}.md"), re.MULTILINE | re.DOTALL)
                 for name in ("ejabberd", "behind-a-server")]
        self.assertEqual(len(shown[0]), 1)
        self.assertEqual(shown[0], shown[1])

    def test_each_file_that_is_named_is_there(self):
        """What stands in code marks and begins with a folder of the tree; {a,b} stands for each of them."""
        wrong = []
        for path in documents():
            for name in re.findall(r"`((?:plugin|server_stub|tests|examples)/[\w./{},+-]+)`", path.read_text(encoding="utf-8")):
                braced = re.search(r"\{([^}]*)\}", name)
                names = [name.replace(braced[0], each) for each in braced[1].split(",")] if braced else [name]
                wrong += [f"{path.relative_to(ROOT)}: {each}" for each in names
                          if not (ROOT / each).exists() and not re.search("NAME|1.N", each)]
        self.assertEqual(wrong, [])


class Language(unittest.TestCase):
    def test_the_readme_is_short(self):
        self.assertLess(len(read("README.md").encode()), MAX_README)

    def test_no_line_is_wider_than_a_page_but_in_tables_and_code(self):
        wrong = [f"{path.relative_to(ROOT)}: {line}" for path in documents()
                 for line in without_code(path.read_text(encoding="utf-8")).split("\n")
                 if len(line) > 132 and not line.startswith(("|", "   |", "    "))]
        self.assertEqual(wrong, [])

    def test_an_endpoint_is_called_callback_only_in_names(self):
        wrong = [f"{path.relative_to(ROOT)}: {line}" for path in documents()
                 for line in without_code(path.read_text(encoding="utf-8")).split("\n")
                 if re.search(r"callback", re.sub(r"`[^`]*`|\([^)]*\)|rest_callback\w*", "", line), re.IGNORECASE)
                 and "mod_rest" not in line]
        self.assertEqual(wrong, [])

    def test_the_example_for_embedding_is_as_short_as_the_documents_say(self):
        self.assertIn("(examples/embed.cpp) in under 150 lines", read("README.md"))
        self.assertLess(len(read("examples/embed.cpp").splitlines()), 150)

    def test_there_are_no_riddles(self):
        wrong = [f"{path.relative_to(ROOT)}: {riddle}" for path in documents() for riddle in RIDDLES
                 if riddle in path.read_text(encoding="utf-8")]
        self.assertEqual(wrong, [])


class Tables(unittest.TestCase):
    maxDiff = None

    def same(self, documented, known):
        self.assertEqual(sorted(documented), sorted(set(known)))

    def test_keys_of_the_hosts_configuration(self):
        """Against what the host prints: a section's title begins a line, its keys are indented by two."""
        done = subprocess.run([HOST_PROGRAM, "--settings"], check=True, capture_output=True, text=True, timeout=60)
        text, _, _ = done.stdout.partition("The settings of the plugin")
        known = {title.strip("[]"): re.findall(r"^  (\w+): ", rows, re.MULTILINE)
                 for title, rows in re.findall(r"^(Top level|\[+\w+\]+)\n((?:\n|  .*\n)+)", text, re.MULTILINE)}
        self.assertEqual(list(known), ["Top level", "log", "http", "xmpp", "plugin"])
        document = f"{HOST}/configuration.md"
        tables = {"log", "http", "xmpp", "plugin"}
        documented = [re.sub(r"[\[\]]", "", key) for key in first_cells(document, "Top level")]
        self.same(documented, [*known["Top level"], *tables])
        for section in tables:
            with self.subTest(section=section):
                self.same(first_cells(document, section), known[section])

    def test_routes(self):
        """A row of the table is `{"GET", "/path", Right::admin, ...`; the paths with a name have it in target.h."""
        named = dict(re.findall(r'(k\w+Path) = "([^"]+)"', read("plugin/rest/routing/target.h")))
        known = []
        for source in sorted((ROOT / "plugin/rest/resources").glob("*.cpp")):
            for method, path, name in re.findall(r'\{"([A-Z]+)",\s*(?:"([^"]*)"|Target::(k\w+)),[^,"]*Right::', read(source)):
                known.append(f"{method} /rest{named.get(name, path)}")
        self.assertGreater(len(known), 10)
        self.same(first_cells(f"{PLUGIN}/http-api.md", "Routes"), known)

    def test_media_types(self):
        self.same(first_cells(f"{PLUGIN}/http-api.md", "Formats"),
                  re.findall(r'return "(\w+/[\w+.-]+)"', read("plugin/mapping/media_type.h")))

    def test_keys_of_the_json(self):
        table = read("plugin/mapping/table.cpp")
        fields = re.search(r"constexpr Field kFields\[\] = \{(.*?)^\};", table, re.MULTILINE | re.DOTALL)[1]
        known = re.findall(r'\b(?:address|text|number|single|present|object|list|wrapped|irregular)\("(\w+)"|\{"(\w+)"', fields)
        known = [one or other for one, other in known]
        known += [re.search(rf'{row} = \w+\("(\w+)"', table)[1] for row in re.findall(r"\{k\w+, (k\w+)\}", fields)]
        documented = [key for section in ("Every stanza", "Messages", "Presence", "Iqs")
                      for key in first_cells(f"{PLUGIN}/json.md", section)]
        self.assertEqual(sorted(documented), sorted(known))

    def test_fuzz_targets(self):
        text = read(f"{TESTS}/fuzzing.md")
        self.same(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE), [path.name for path in (ROOT / "tests/fuzz/corpus").iterdir()])

    def test_the_readmes_figures_are_those_of_the_benchmarks(self):
        figures = re.findall(r"\b\d{3}\b(?!,)|\b\d+,\d{3}\b", "".join(line for line in read("README.md").split("\n") if "benchmarks.md" in line))
        self.assertGreaterEqual(len(figures), 5)
        self.assertEqual([each for each in figures if each not in read(f"{TESTS}/benchmarks.md")], [])

    def test_examples(self):
        """Each file of examples/ is named in a document."""
        text = "".join(path.read_text(encoding="utf-8") for path in documents())
        self.assertEqual([path.name for path in sorted((ROOT / "examples").iterdir())
                          if path.is_file() and path.name not in text], [])


if __name__ == "__main__":
    ROOT, HOST_PROGRAM = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    unittest.main(argv=sys.argv[:1], verbosity=2)
