#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs a program beside a PostgreSQL server of its own, whose address stands in RESTANZA_TEST_POSTGRES.

    with_postgres.py PROGRAM [ARGUMENT...]

Threads: none. Ownership: the server ends with the program, whose exit code is this one's.
"""
import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from support.servers.postgres import QUICK, Postgres  # noqa: E402


def main():
    if Postgres.missing():
        sys.exit(f"PostgreSQL is missing: install {Postgres.missing()}")
    server = Postgres(QUICK)
    try:
        return subprocess.run(sys.argv[1:], env={**os.environ, "RESTANZA_TEST_POSTGRES": server.socket_url},
                              check=False).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
