# SPDX-License-Identifier: MIT
"""How much of a long suite is played: a slice of it, always the same one for a seed, or everything.

RESTANZA_TESTS says so to every test, in two words: `slice SEED` or `full SEED`. tests/run sets it; without it, everything is
played. Under a sanitizer (RESTANZA_SANITIZED is set) a slice is smaller, because everything takes longer.

Threads: any.
"""
import math
import os
import random

_WORD, _, _SEED = os.environ.get("RESTANZA_TESTS", "full 1").partition(" ")
if _WORD not in ("slice", "full") or not _SEED.isdecimal():
    raise SystemExit(f"RESTANZA_TESTS is '{os.environ['RESTANZA_TESTS']}' instead of 'slice SEED' or 'full SEED', "
                     "where the seed is a number")
SEED = int(_SEED)
FULL = _WORD == "full"
SANITIZED = "RESTANZA_SANITIZED" in os.environ


def played(full, slice, sanitized):
    """One of the three: how many of something are played in full, in a slice, and in a slice under a sanitizer."""
    if FULL:
        return full
    return sanitized if SANITIZED else slice


def chance():
    """What draws the same for the same seed."""
    return random.Random(SEED)


def one_in(count, cases, kind):
    """The cases that are played, in their order: all, or of every kind one in `count` and at least one.

    `kind` tells the kind of a case, whatever can be a key of a dictionary.
    """
    if FULL:
        return list(cases)
    kinds = {}
    for number, case in enumerate(cases):
        kinds.setdefault(kind(case), []).append(number)
    drawing = chance()
    drawn = {number for numbers in kinds.values() for number in drawing.sample(numbers, math.ceil(len(numbers) / count))}
    return [case for number, case in enumerate(cases) if number in drawn]


def told():
    """For the summary of a test that plays a slice."""
    return "everything" if FULL else f"a slice, seed {SEED}"
