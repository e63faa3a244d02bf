#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints how long a run of tests took, and those that took longest, the longest first.

    longest.py TESTLOG_JSON      the file meson-logs/testlog.json of a build directory, a JSON object on each line
"""
import json
import sys

SHOWN = 8


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    total = max(test["starttime"] + test["duration"] for test in tests) - min(test["starttime"] for test in tests)
    print(f"{len(tests)} tests ran for {total:.0f} s. The longest:")
    for test in sorted(tests, key=lambda test: test["duration"], reverse=True)[:SHOWN]:
        print(f"{test['duration']:7.1f} s  {test['name']}")


if __name__ == "__main__":
    main()
