# SPDX-License-Identifier: MIT
"""Somebody takes the files of the journal away while the program runs, and then it is killed: nothing is missing.

Threads: for the thread of the scenario.
"""
import os

from endpoint_faults import told
from run import Run

FILES = ("journal.db", "journal.db-wal")


def journal_moved():
    with Run() as run:
        run.endpoint.shut()
        run.start()
        run.send(20)
        for name in FILES:
            path = os.path.join(run.journal_directory, name)
            os.rename(path, f"{path}.away")
            seen = len(run.host.program.lines())
            run.send(5)
            run.asked("deliveries")  # sees what was sent before, so it is committed
            run.host.program.wait_for_line("All that it holds has been written anew", since=seen)
        run.kill()
        missing = dict(+run.missing())
        if missing:
            raise AssertionError(f"missing are {missing}")
        run.start()
        run.endpoint.open()
        run.wait_delivered()
        return told(run, f"{' and '.join(FILES)} taken away, and a kill")
