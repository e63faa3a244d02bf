#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints how long a run of tests took, those that took longest, and how the output of each that failed ends.

    summary.py TESTLOG_JSON      the file meson-logs/testlog.json of a build directory, a JSON object on each line
"""
import json
import sys

SHOWN = 8
LINES = 60
WELL = {"OK", "EXPECTEDFAIL", "SKIP"}


def ending(test):
    lines = test.get("stdout", "").splitlines() + test.get("stderr", "").splitlines()
    return lines[-LINES:] or ["(it printed nothing)"]


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    total = max(test["starttime"] + test["duration"] for test in tests) - min(test["starttime"] for test in tests)
    print(f"{len(tests)} tests ran for {total:.0f} s. The longest:")
    for test in sorted(tests, key=lambda test: test["duration"], reverse=True)[:SHOWN]:
        print(f"{test['duration']:7.1f} s  {test['name']}")
    failed = [test for test in tests if test["result"] not in WELL]
    if failed:
        print("What failed, and how its output ends:")
    for test in failed:
        print(f"{test['name']}: {test['result']} after {test['duration']:.1f} s")
        for line in ending(test):
            print(f"    {line}")


if __name__ == "__main__":
    main()
