# SPDX-License-Identifier: MIT
"""The journal lies in a PostgreSQL database, and something becomes of that under load: whoever was refused was told so,
and of what was taken nothing is missing, out of order, or there twice under another id.

Threads: one more sends while the scenario's disturbs.
Ownership: each scenario owns its server, and with `another` its standby.
"""
import contextlib
import threading
import time

from endpoint_faults import told
from run import Run
from support.deadline import wait_until
from support.played import played
from support.servers.postgres import Postgres

TIMES = played(full=20, slice=4, sanitized=2)
ENDED = played(full=200, slice=40, sanitized=15)
FROZEN = 17  # seconds: longer than a host waits for an answer, and than its lease
PAUSE = 0.05  # seconds between two rounds of messages


@contextlib.contextmanager
def loaded(run):
    """Messages come all the while."""
    ended = threading.Event()
    failed = []

    def send():
        try:
            while not ended.wait(PAUSE):
                run.send(1)
        except Exception as error:  # told by the scenario's thread
            failed.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        ended.set()
        sender.join()
    if failed:
        raise failed[0]


def moved_on(run, beyond=20):
    """Until some more have been delivered."""
    run.collect()
    run.wait_delivered(run.ledger.delivered() + beyond)


def finished(run, what):
    """Everything that was taken arrives, and who was refused was told the truth."""
    run.wait_until_taken_again()
    run.wait_delivered()
    run.wait_drained()
    run.collect()
    if run.returned:
        run.check_refusals()
    return told(run, f"{what}, {len(run.returned)} refused", dict(run.returned))


@contextlib.contextmanager
def on_database():
    with contextlib.ExitStack() as owned:
        database = Postgres()
        owned.callback(database.close)
        yield database, owned.enter_context(Run(database=database))


def restarted():
    with on_database() as (database, run):
        run.start()
        with loaded(run):
            for _ in range(TIMES):
                database.restart()
                moved_on(run)
        return finished(run, f"{TIMES} restarts")


def killed():
    with on_database() as (database, run):
        run.start()
        with loaded(run):
            for _ in range(TIMES):
                database.kill()
                database.begin()
                moved_on(run)
        return finished(run, f"killed {TIMES} times")


def connections_ended():
    """In the middle of commits, as there is one all the time."""
    with on_database() as (database, run):
        run.start()
        with loaded(run):
            for _ in range(ENDED):
                database.end_connections()
            moved_on(run)
        return finished(run, f"connections ended {ENDED} times")


def frozen():
    with on_database() as (database, run):
        run.start()
        with loaded(run):
            moved_on(run)
            database.freeze()
            time.sleep(FROZEN)
            database.thaw()
            moved_on(run)
        return finished(run, f"frozen for {FROZEN} s")


def read_only():
    with on_database() as (database, run):
        run.start()
        with loaded(run):
            database.sql("ALTER ROLE restanza SET default_transaction_read_only = on")
            database.end_connections()
            wait_until(lambda: run.link.errors, "something is refused")
            database.sql("ALTER ROLE restanza RESET default_transaction_read_only")
            moved_on(run)
        return finished(run, "read-only for a while")


def host_killed():
    """Its successor has what waited once the lease has run out."""
    with on_database() as (_, run):
        run.start()
        for _ in range(played(full=5, slice=1, sanitized=1)):
            with loaded(run):
                moved_on(run)
            run.wait_delivered()
            run.kill()
            run.start()
        run.wait_delivered()
        wait_until(lambda: not run.kept(), "all that was delivered is settled")
        return told(run, "a host killed")


def failed_over():
    """To a standby that has all that was committed; the primary has ended before."""
    with on_database() as (database, run):
        standby = Postgres(primary=database)
        try:
            database.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            database.sql("SELECT pg_reload_conf()")
            run.also(standby)
            run.start()
            with loaded(run):
                moved_on(run)
                database.stop()
                standby.promote()
                moved_on(run)
            run.database = standby
            return finished(run, "failed over to a standby")
        finally:
            standby.close()


def dropped():
    """What is in memory is written to the new tables."""
    with on_database() as (database, run):
        run.endpoint.shut()
        run.start()
        run.send(5)
        run.wait_for_state("unreachable")
        run.asked("deliveries")  # sees what was sent before, so it is committed
        seen = len(run.host.program.lines())
        database.sql('DROP SCHEMA "restanza_rest.localhost" CASCADE')
        run.send(1)
        run.host.program.wait_for_line("restanza-host --migrate", since=seen)
        run.host.migrate()
        database.end_connections()
        run.host.program.wait_for_line("begins anew with what waits in memory", since=seen)
        run.endpoint.open()
        return finished(run, "tables dropped and made anew")


SCENARIOS = {"the database is restarted": restarted, "the database is killed": killed,
             "the database ends connections": connections_ended, "the database is frozen": frozen,
             "the database is read-only": read_only, "the database outlives its host": host_killed,
             "the database fails over": failed_over, "the database loses its tables": dropped}
