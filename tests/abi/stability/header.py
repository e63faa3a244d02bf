# SPDX-License-Identifier: MIT
"""xp.h as data: its structs with their members, its enums and macros, read from the text.

The header is written in a small part of C. Whatever stands in it that is not understood here is an error, so that
nothing new can stay out of the table of offsets by being overlooked.

Threads: any. Ownership: plain values.
"""
import re


class NotUnderstood(Exception):
    pass


def _split(text, separator):
    """At the separators that stand outside of parentheses and brackets."""
    parts, depth, start = [], 0, 0
    for at, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == separator and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part.strip() for part in parts + [text[start:]] if part.strip()]


def _members(body):
    """(name, declaration) of each member; `uint32_t size, flags` are two."""
    members = []
    for declaration in _split(body, ";"):
        function = re.match(r"[\w\s*]*?\(\*(\w+)\)\(", declaration)
        if function:
            members.append((function[1], declaration))
            continue
        first, *more = _split(declaration, ",")
        plain = re.fullmatch(r"((?:const |struct )*\w+)\s*(\**)\s*(\w+)((?:\[\d+\])?)", first)
        if not plain:
            raise NotUnderstood(f"a member: {declaration}")
        for declarator in [plain[2] + plain[3] + plain[4]] + more:
            each = re.fullmatch(r"(\**)\s*(\w+)((?:\[\d+\])?)", declarator)
            if not each:
                raise NotUnderstood(f"a member: {declaration}")
            members.append((each[2], f"{plain[1]} {each[1]}{each[2]}{each[3]}"))
    return members


class Header:
    """What stands in the header: `structs` by name, `enums` by their first constant as
    lists of constants with what is said of their values, `macros` as (name,
    value) with value None for the empty ones, `others` as declarations. `text` is without comments."""

    def __init__(self, source):
        text = re.sub(r"/\*.*?\*/", " ", source, flags=re.DOTALL)
        self.macros = [(name, " ".join(value.split()) or None) for name, value in
                       re.findall(r"^#define (\w+(?:\([^)]*\))?)(.*)$", text, re.MULTILINE)]
        if re.search(r"\\$", text, re.MULTILINE):
            raise NotUnderstood("a macro of more than one line")
        code = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        code = re.sub(r'extern "C" \{(.*)\}', r"\1", code, flags=re.DOTALL)
        self.text = " ".join(code.split())
        self.structs, self.enums, self.others = {}, {}, []
        rest = re.sub(r"typedef struct(?: (\w+))? \{([^{}]*)\} (\w+);", self._struct, self.text)
        rest = re.sub(r"enum \{([^{}]*)\};", self._enum, rest)
        for declaration in _split(rest, ";"):
            if not re.fullmatch(r"typedef struct (\w+) \1|typedef \w+ \w+|XP_EXPORT [\w* ]+\(void\)", declaration):
                raise NotUnderstood(declaration)
            self.others.append(declaration)

    def _struct(self, match):
        self.structs[match[3]] = _members(match[2])
        return ""

    def _enum(self, match):
        constants = _split(match[1], ",")
        self.enums[constants[0].split()[0]] = constants
        return ""

    def constants(self):
        return [each.split()[0] for enum in self.enums.values() for each in enum]

    def numbers(self):
        return [name for name, value in self.macros if value and re.fullmatch(r"\d+", value)]

    def plain_types(self):
        """Typedefs of numbers, such as xp_status."""
        return [words[2] for words in (each.split() for each in self.others)
                if words[0] == "typedef" and words[1] != "struct"]


def faults_of_successor(old, new):
    """Why programs built with the old header would not go on working with the new one; nothing where they would.

    Minor versions append members to structs that know their size, and add constants, macros and structs.
    """
    faults = []
    for name, members in old.structs.items():
        now = new.structs.get(name, [])
        if now[:len(members)] != members:
            was = next((a for a, b in zip(members, now + [None] * len(members)) if a != b))
            faults.append(f"{name}.{was[0]} is not what and where it was")
        elif len(now) > len(members) and members[0][0] != "size":
            faults.append(f"{name} does not know its size, and has grown")
    faults += [f"the constants that begin with {first} are not what they were" for first, constants in old.enums.items()
               if new.enums.get(first, [])[:len(constants)] != constants]
    lost = set(old.others) - set(new.others)
    faults += [f"gone: {declaration}" for declaration in sorted(lost)]
    kept = dict(new.macros)
    faults += [f"{name} is not what it was" for name, value in old.macros
               if name not in ("XP_MINOR", "XP_EXPORT") and kept.get(name, "") != value]
    grown = new.text != old.text or [m for m in new.macros if m[0] != "XP_MINOR"] != [
        m for m in old.macros if m[0] != "XP_MINOR"]
    if grown and int(kept["XP_MINOR"]) <= int(dict(old.macros)["XP_MINOR"]):
        faults.append("it says more than the old one, and XP_MINOR does not")
    return faults
