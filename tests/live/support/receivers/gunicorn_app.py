# SPDX-License-Identifier: MIT
"""A WSGI application (PEP 3333) for gunicorn: it answers every request with 204, and prints a line for each that it has read.

Threads: those of gunicorn's worker.
"""
import os

STANDARD_OUTPUT = 1


def answer(environ, start_response):
    environ["wsgi.input"].read()
    line = f"got {environ.get('HTTP_WEBHOOK_ID', '-')} {environ['RAW_URI']}\n"
    os.write(STANDARD_OUTPUT, line.encode())  # at once, and in one piece beside those of other threads
    start_response("204 No Content", [])
    return []
