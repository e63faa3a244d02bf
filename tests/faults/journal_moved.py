# SPDX-License-Identifier: MIT
"""Somebody takes the files of the journal away, or empties them, while the program runs, and then it is killed: nothing
is missing.

Threads: for the thread of the scenario.
"""
import os

from endpoint_faults import told
from run import Run

FILES = ("journal.db", "journal.db-wal")


def take_away(path):
    os.rename(path, f"{path}.away")


def empty(path):
    os.truncate(path, 0)


def written_anew(run, harm, name):
    """Does that to a file, and waits until all that the journal held is in a new one."""
    harm(os.path.join(run.journal_directory, name))
    seen = len(run.host.program.lines())
    run.send(5)
    run.host.program.wait_for_line("has been written anew|begins anew with what waits in memory", since=seen)
    run.asked("deliveries")  # sees what was sent before, so it is committed


def journal_moved():
    with Run() as run:
        run.endpoint.shut()
        run.start()
        run.send(20)
        for harm in (take_away, empty):
            for name in FILES:
                written_anew(run, harm, name)
        run.kill()
        missing = dict(+run.missing())
        if missing:
            raise AssertionError(f"missing are {missing}")
        run.start()
        run.endpoint.open()
        run.wait_delivered()
        return told(run, f"{' and '.join(FILES)} taken away, then emptied, and a kill")
