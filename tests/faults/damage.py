# SPDX-License-Identifier: MIT
"""A journal whose file is damaged: it is set aside and named, and the program works with a new one.

Threads: for the thread of the scenario.
"""
import glob
import os
import re

from run import Run


def overwritten_header(path):
    with open(path, "r+b") as file:
        file.write(os.urandom(4096))


def overwritten_middle(path):
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(os.path.getsize(path) - 4096))


def truncated(path):
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)


def no_database(path):
    with open(path, "wb") as file:
        file.write(b"This is a letter to somebody.\n" * 300)


def damaged(damage):
    """What is in the damaged file is not delivered any more, and counts as kept: it is still there."""
    with Run() as run:
        run.endpoint.shut()
        run.start()
        run.send(20)
        run.stop()
        path = os.path.join(run.journal_directory, "journal.db")
        damage(path)
        with open(path, "rb") as file:
            content = file.read()
        run.start()
        run.endpoint.open()
        run.host.wait_ready()
        aside = [each for each in glob.glob(path + "*") if each != path and holds(each, content)]
        if not aside:
            raise AssertionError(f"nothing is set aside: {os.listdir(run.journal_directory)}\n"
                                 + run.host.program.transcript())
        run.host.program.wait_for_line(re.escape(aside[0]), source="err")
        run.ledger.forget_sent()
        run.send(5)
        run.wait_delivered()
        run.end()
        return f"{damage.__name__}: {os.path.basename(aside[0])}"


def holds(path, content):
    with open(path, "rb") as file:
        return file.read() == content


def damaged_files():
    return "; ".join(damaged(damage) for damage in (overwritten_header, overwritten_middle, truncated, no_database))
