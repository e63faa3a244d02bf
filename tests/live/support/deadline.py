# SPDX-License-Identifier: MIT
"""Waiting for a condition that no event announces, always with a deadline.

Threads: for any thread; keeps nothing.
"""
import os
import time

# Far more than anything takes: a deadline only decides when a hang becomes a failure. Sanitizers need more.
DEADLINE = float(os.environ.get("RESTANZA_TEST_DEADLINE", "30"))
POLL_INTERVAL = 0.02


class Missed(AssertionError):
    """What was waited for did not happen before its deadline."""


def wait_until(condition, what, deadline=DEADLINE):
    """Returns the first true value of condition(); an exception of the OSError family counts as not yet."""
    end = time.monotonic() + deadline
    last_error = None
    while True:
        try:
            value = condition()
            if value:
                return value
        except OSError as error:
            last_error = error
        if time.monotonic() > end:
            raise Missed(f"not within {deadline:g} s: {what}" + (f" ({last_error})" if last_error else ""))
        time.sleep(POLL_INTERVAL)
