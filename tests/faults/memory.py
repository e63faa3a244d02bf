# SPDX-License-Identifier: MIT
"""A million messages (in a slice, less) for an endpoint that is down: what cannot wait is refused, and memory stays where it was.

Threads: for the thread of the scenario.
"""
import os

import journal_file
from ledger import DOMAIN
from run import Run
from support.deadline import wait_until
from support.played import SANITIZED, played

# What a sanitizer keeps of freed memory would be measured as ours, so that more of them show nothing more.
MESSAGES = 200_000 if SANITIZED else played(full=1_000_000, slice=300_000, sanitized=200_000)
QUEUED = 100_000  # max_queued
SAMPLES = (10_000, 100_000, 150_000, MESSAGES)
BATCH = 10_000
CONVERSATIONS = 1000
GROWTH = 1.2  # from the time when all that may wait does
LIMIT = 300 << 20  # bytes


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def messages(first):
    return "".join(
        f"<message from='u{number % CONVERSATIONS}@x.example' to='bot@{DOMAIN}' type='chat' id='n-{number}'>"
        f"<body>{number % CONVERSATIONS} 1 {number // CONVERSATIONS + 1}</body></message>"
        for number in range(first, first + BATCH)).encode()


def memory():
    with Run() as run:
        run.endpoint.shut()
        run.start(counting=True)
        sizes = {}
        for first in range(0, MESSAGES, BATCH):
            run.link.send(messages(first))
            run.link.wait_until_taken()
            # Of these errors at most 10000 may wait for the link at once; the plugin drops what comes on top of them.
            due = max(0, first + BATCH - QUEUED)
            run.link.wait_for_errors(lambda due=due: run.link.refused >= due, "an error for whatever was refused")
            if first + BATCH in SAMPLES:
                sizes[first + BATCH] = resident(run.host.program.pid)
        wait_until(lambda: run.asked("deliveries")["waiting"] >= QUEUED, "all that may wait is kept")
        run.kill()
        kept = journal_file.kept(run.journal_directory)
        if len(kept) != QUEUED or run.link.refused != MESSAGES - QUEUED:
            raise AssertionError(f"{len(kept)} messages are kept and {run.link.refused} refused, of {MESSAGES}")
        shown = ", ".join(f"{size / (1 << 20):.0f} MiB at {count}" for count, size in sizes.items())
        if not SANITIZED:
            if sizes[MESSAGES] > GROWTH * sizes[150_000] or max(sizes.values()) > LIMIT:
                raise AssertionError(f"memory grows: {shown}")
        return f"{shown}; {len(kept)} kept, {run.link.refused} refused"
