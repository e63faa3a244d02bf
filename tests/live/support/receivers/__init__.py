# SPDX-License-Identifier: MIT
"""Small servers that treat connections as real ones do. Each notes what it got: `got()` lists (webhook-id, number), where
the number is the resource of the recipient, the last part of the path.

Threads: pure functions here; the servers say their own.
"""


def number_of(target):
    return int(target.rsplit("%2F", 1)[1])
