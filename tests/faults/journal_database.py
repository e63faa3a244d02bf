# SPDX-License-Identifier: MIT
"""What a journal in a database holds.

Threads: pure functions; for a program that has ended, or whose journal may change meanwhile.
"""
from journal_file import NUMBERS, Kept

QUERY = """SELECT d.id, d.state, substring(coalesce(d.xml, s.xml) FROM '<body>[0-9 ]+') FROM "restanza_{domain}".delivery d
           LEFT JOIN "restanza_{domain}".stanza s ON s.number = d.stanza ORDER BY d.seq"""


def kept(database, domain):
    """The messages in the queue of that domain, in the order of acceptance."""
    rows = [line.split("|") for line in database.sql(QUERY.format(domain=domain)).splitlines()]
    return [Kept(tuple(map(int, NUMBERS.search(text).groups())), name, int(state)) for name, state, text in rows]
