# SPDX-License-Identifier: MIT
"""What a journal in a database holds.

Threads: pure functions; for a program that has ended, or whose journal may change meanwhile.
"""
from journal_file import NUMBERS, Kept

QUERY = """SELECT id, state, substring(text FROM '<body>[0-9 ]+') FROM (
           SELECT d.id, d.state, coalesce(d.xml, s.xml) AS text, 0 AS part, d.seq AS place FROM "restanza_{domain}".delivery d
           LEFT JOIN "restanza_{domain}".stanza s ON s.number = d.stanza
           UNION ALL SELECT id, 0, xml, 1, number FROM "restanza_{domain}".arrival) AS k ORDER BY part, place"""


def kept(database, domain):
    """The messages in the queue of that domain, in the order of acceptance; behind them those that nobody has numbered."""
    rows = [line.split("|") for line in database.sql(QUERY.format(domain=domain)).splitlines()]
    return [Kept(tuple(map(int, NUMBERS.search(text).groups())), name, int(state)) for name, state, text in rows]
