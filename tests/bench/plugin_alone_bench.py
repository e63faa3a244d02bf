#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin alone, behind a host that does nothing: what one message costs.

Threads: none. Ownership: the program it runs ends before it does.
"""
import os
import subprocess
import sys

import parts
from load import PROGRAMS, SECONDS
from table import Rows

LIMITS = {"message, XML, 200 B": 6, "message, JSON, 200 B": 8}


def main():
    rows = Rows("plugin_alone")
    done = subprocess.run([f"{PROGRAMS}/plugin_alone", os.environ["RESTANZA_PLUGIN"], str(SECONDS / 2)],
                          stdout=subprocess.PIPE, text=True, timeout=60 + 30 * SECONDS, check=True)
    for line in done.stdout.splitlines():
        what, microseconds, allocations = line.split("\t")
        more = f", {float(allocations):.0f} allocations"
        shown = f"plugin alone: {what}"
        if what in LIMITS:
            rows.at_most(shown, float(microseconds), LIMITS[what], "µs", 2, more)
        else:
            rows.add(shown, f"{float(microseconds):.2f} µs{more}")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
