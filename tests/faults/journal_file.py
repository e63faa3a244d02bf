# SPDX-License-Identifier: MIT
"""What the journal's file holds, read by Python's own SQLite from a copy, so that nothing is changed by looking.

Threads: pure functions; for a program that has ended, or whose journal may change meanwhile.
"""
import collections
import glob
import os
import re
import shutil
import sqlite3
import tempfile

Kept = collections.namedtuple("Kept", "key webhook_id state")

NAME = "journal.db"
QUERY = """SELECT delivery.id, delivery.state, stanza.xml FROM delivery JOIN stanza ON delivery.stanza = stanza.number
           ORDER BY delivery.seq"""
TABLES = "SELECT count(*) FROM sqlite_master WHERE name IN ('delivery', 'stanza') AND type = 'table'"
NUMBERS = re.compile(r"<body>(\d+) (\d+) (\d+)")


def kept(directory):
    """The messages in the journal of that directory, in the order of acceptance; none where there is no file yet."""
    files = glob.glob(f"{directory}/{NAME}") + glob.glob(f"{directory}/{NAME}-wal")
    if not files:
        return []
    with tempfile.TemporaryDirectory(prefix="restanza-journal-") as copy:
        for path in files:
            shutil.copy(path, copy)
        database = sqlite3.connect(os.path.join(copy, NAME))
        try:
            if database.execute(TABLES).fetchone()[0] == 0:
                return []
            rows = database.execute(QUERY).fetchall()
        finally:
            database.close()
    return [Kept(tuple(map(int, NUMBERS.search(stanza).groups())), name, state) for name, state, stanza in rows]
