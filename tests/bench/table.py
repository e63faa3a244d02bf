# SPDX-License-Identifier: MIT
"""The rows of the one table: what was measured, against which target; and the table as Markdown.

Each part leaves its rows in a file of the directory RESTANZA_BENCH_RESULTS; `table.py DIRECTORY [PART...]` prints those
of these parts, or of all, and ends with 1 where a target is missed or a part has left nothing.

Threads: none. Ownership: a part owns its file, which it writes as a whole at its end.
"""
import json
import os
import sys

# The order of the parts in the table.
PARTS = ("plugin_alone", "messages", "batches", "iqs", "latency", "webhooks", "postgres", "bursts", "backlog", "held", "followers", "idle", "memory",
         "inside")


class Rows:
    """What one part has measured."""

    def __init__(self, part):
        self.part = part
        self._rows = []

    def add(self, what, measured, target="", met=None):
        """`met` is None where there is no target."""
        self._rows.append({"what": what, "measured": measured, "target": target, "met": met})

    def at_most(self, what, value, limit, unit, digits=1, more=""):
        self.add(what, f"{value:.{digits}f} {unit}{more}", f"at most {limit} {unit}", value <= limit)

    def at_least(self, what, ratio, limit, more=""):
        """A ratio between two measurements of the same rounds."""
        self.add(what, f"{ratio:.2f}{more}", f"at least {limit}", ratio >= limit)

    def not_measured(self, what, why, target):
        self.add(what, f"not measured: {why}", target)

    def write(self):
        """The exit code of the part: 1 where a target is missed."""
        print(markdown(self._rows))
        directory = os.environ.get("RESTANZA_BENCH_RESULTS")
        if directory:
            with open(f"{directory}/{self.part}.json", "w", encoding="utf-8") as file:
                json.dump(self._rows, file)
        return 1 if any(row["met"] is False for row in self._rows) else 0


def markdown(rows):
    met = {None: "", True: "yes", False: "**no**"}
    lines = ["| what | measured | target | met? |", "| --- | --- | --- | --- |"]
    lines += [f"| {row['what']} | {row['measured']} | {row['target']} | {met[row['met']]} |" for row in rows]
    return "\n".join(lines)


def gather(directory, parts):
    """The rows of the parts; of one that has failed, a row that says so."""
    rows = []
    for part in parts or PARTS:
        path = f"{directory}/{part}.json"
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                rows += json.load(file)
        else:
            rows.append({"what": part, "measured": "failed", "target": "a result", "met": False})
    return rows


def main(directory, *parts):
    rows = gather(directory, parts)
    print(markdown(rows))
    targets = [row["met"] for row in rows if row["target"]]
    missed = targets.count(False)
    print(f"\n{targets.count(True)} targets met, {missed} missed, {targets.count(None)} not measured")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
