#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What goes wrong outside the program, and what must hold all the same: the figures of each fault, one line each.

    faults_test.py [PATTERN...]      runs the scenarios whose name matches a pattern

Threads: a few scenarios at a time, each on a thread of its own.
"""
import concurrent.futures
import fnmatch
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "live")]

from bursts import burst
from clock_steps import clock_steps
from damage import damaged_files
from database import SCENARIOS as DATABASES
from disk_full import disk_full
from drains import SCENARIOS as DRAINS
from endpoint_faults import SCENARIOS
from hostages import SCENARIOS as HOSTAGES
from journal_full import journal_full
from journal_moved import journal_moved
from kept_connections import SCENARIOS as KEPT_CONNECTIONS
from kills.after_steering import steered_kills
from kills.bot_and_host import SCENARIOS as KILLED_BOTS
from kills.under_load import kills
from memory import memory
from outages import SCENARIOS as OUTAGES

AT_ONCE = 4
# The longest first, so that none of them is left alone at the end.
ALL = {"killed under load": kills, **KILLED_BOTS, "killed after steering": steered_kills, "a million messages": memory,
       **HOSTAGES, **DATABASES, "a burst": burst, **OUTAGES, **DRAINS, **SCENARIOS, **KEPT_CONNECTIONS, "the journal is full": journal_full,
       "the journal is moved": journal_moved, "the disk is full": disk_full, "the clock steps": clock_steps,
       "the journal is damaged": damaged_files}


def outcome(name, scenario):
    begin = time.monotonic()
    try:
        figures = scenario()
        passed = True
    except Exception:
        figures = "\n" + traceback.format_exc()
        passed = False
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - begin:.0f} s): {figures}", flush=True)
    return passed


def main():
    chosen = {name: each for name, each in ALL.items()
              if not sys.argv[1:] or any(fnmatch.fnmatchcase(name, pattern) for pattern in sys.argv[1:])}
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        passed = list(pool.map(outcome, chosen.keys(), chosen.values()))
    print(f"faults: {passed.count(True)} passed, {passed.count(False)} failed in {time.monotonic() - begin:.0f} s")
    sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()
