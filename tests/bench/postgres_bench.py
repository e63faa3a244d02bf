#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages to webhooks with the journal in PostgreSQL, as Debian configures it, beside the journal in a file, and beside
what pgbench gets out of the same server with an insert and a delete of as many rows at once; and how long it takes until
another host goes on where one was killed.

Threads: none. Ownership: all servers end with the part.
"""
import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import parts
from component_host import ComponentHost
from load import ROUNDS, SECONDS, in_turns, ratio
from nginx import Nginx
from peer import DOMAIN
from support.deadline import wait_until
from support.host import MigratedHost
from support.servers.postgres import Postgres, binaries
from table import Rows
from webhooks_bench import NAMES, OURS_ON_THE_WAY, deliver

SCHEMA = f'"restanza_{DOMAIN}"'
NAME = "webhooks, journal in PostgreSQL"
TAKEOVER = "from the kill of a host until another one delivers"
# Rows as those of a message of the peer, sent by the client as a host has to send them; each transaction has one batch
# of new ones, and deletes that of before.
PGBENCH_TABLE = f"CREATE TABLE bench (LIKE {SCHEMA}.delivery INCLUDING ALL)"
PGBENCH_ROW = ("(:seq + {n}, 7, 'msg_0123456789abcdefghijklmn', 'callback', 1, 1, 1, 1, 'chat', 'someone@people.localhost/phone', "
               "'bot@rest.localhost', 'm{n}', 700, '" + "x" * 200 + "')")
PGBENCH = """BEGIN;
INSERT INTO bench (seq, bucket, id, endpoint, answers, accepted, changed, kind, type, sender, recipient, stanza_id, bytes, xml)
  VALUES {rows};
DELETE FROM bench WHERE seq <= :seq;
COMMIT;
\\set seq :seq + {batch}
"""


def commits(server):
    """Groups that the host has committed."""
    return int(server.sql(f"SELECT sum(written) FROM {SCHEMA}.node"))


def rows_written(server):
    """For each delivery that has come and gone. A backend tells what it has counted a second late."""
    def counted():
        found = server.sql("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del), sum(n_tup_ins) FILTER (WHERE relname = 'delivery'), "
                           "sum(n_tup_del) FILTER (WHERE relname = 'delivery') FROM pg_stat_all_tables WHERE schemaname "
                           "LIKE 'restanza_%' AND relname IN ('delivery', 'stanza')")
        written, came, left = map(int, found.split("|"))
        return came == left and written / came
    return wait_until(counted, "all that was written is counted")


def pgbench(server, batch):
    """Rows a second that come and go, by one connection, as a host has one that writes."""
    server.sql(f"DROP TABLE IF EXISTS bench; {PGBENCH_TABLE}", user="restanza")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH.format(rows=", ".join(PGBENCH_ROW.format(n=n + 1) for n in range(batch)), batch=batch))
        script.flush()
        done = subprocess.run(
            [f"{binaries()}/pgbench", "-n", "-c", "1", "-T", str(max(1, round(SECONDS))), "-f", script.name,
             "-D", "seq=0", "-h", server.directory, "-p", str(server.port), "-U", "restanza",
             "restanza"], capture_output=True, text=True, timeout=SECONDS + 60, check=True)
    return float(re.search(r"tps = ([0-9.]+)", done.stdout)[1]) * batch


def takeover(server, nginx, settings, first):
    first.host.program.kill()
    killed = time.monotonic()
    second = ComponentHost({**settings, "journal": server.url}, MigratedHost)
    try:
        begin = nginx.requests()
        second.peer.begin_push(1)
        second.peer.end_push()
        wait_until(lambda: nginx.requests() > begin, "the other host delivers", 60)
        return time.monotonic() - killed
    finally:
        second.close()


def main():
    rows = Rows("postgres")
    missing = Nginx.missing() or Postgres.missing()
    if missing:
        for what in (f"{NAME} / {NAMES['durable']}", f"{NAME} / pgbench"):
            rows.not_measured(what, f"{missing} is not installed", "at least 0.5")
        return rows.write()
    with contextlib.ExitStack() as running:
        def start(server):
            running.callback(server.close)
            return server

        nginx = start(Nginx())
        server = start(Postgres())
        settings = {"rest_callback_url": nginx.url}
        file = start(ComponentHost(settings))
        database = start(ComponentHost({**settings, "journal": server.url}, MigratedHost))
        batches = []

        def with_database():
            begun, before = commits(server), nginx.requests()
            rate = deliver(nginx, database.peer, OURS_ON_THE_WAY)
            count = nginx.requests() - before
            batches.append(count / (commits(server) - begun))
            wait_until(lambda: server.sql(f"SELECT count(*) FROM {SCHEMA}.delivery") == "0", "all of it is settled")
            return rate

        results = in_turns({"file": lambda: deliver(nginx, file.peer, OURS_ON_THE_WAY), "database": with_database,
                            "pgbench": lambda: pgbench(server, max(1, round(batches[-1])))}, ROUNDS)
        written = rows_written(server)
        seconds = takeover(server, nginx, settings, database)
    rows.add(NAME, f"{statistics.median(results['database']):,.0f} a second")
    rows.add("pgbench: rows of batches of the same size, inserted and deleted",
             f"{statistics.median(results['pgbench']):,.0f} a second")
    rows.at_least(f"{NAME} / {NAMES['durable']}", ratio(results["database"], results["file"]), 0.5)
    rows.at_least(f"{NAME} / pgbench", ratio(results["database"], results["pgbench"]), 0.5)
    rows.at_most("rows written for each message that was delivered", written, 2, "rows", 2)
    size = statistics.median(batches)
    rows.add("messages that share a commit", f"{size:.0f}", "at least 50", size >= 50)
    rows.at_most(TAKEOVER, seconds, 12, "s")
    return rows.write()


if __name__ == "__main__":
    sys.exit(main())
