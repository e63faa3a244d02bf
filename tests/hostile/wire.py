# SPDX-License-Identifier: MIT
"""Bytes to a socket and whatever comes back, read as strictly as a client could wish for: each answer framed by its
own Content-Length, nothing between and after them, and the end of the connection seen.

Threads: for any thread; each call has a connection of its own.
"""
import collections
import re
import select
import socket
import time

from support.deadline import DEADLINE

Answer = collections.namedtuple("Answer", "status headers body")
# `ended` tells whether the host has closed the connection within the deadline; `sent` counts bytes that it took.
Seen = collections.namedtuple("Seen", "answers interim ended sent seconds")

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [A-Z][A-Za-z -]+\Z")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([^\x00-\x08\x0a-\x1f\x7f]*)\Z")
PIECE = 65536


def connect(address, receive_buffer=None):
    """A connection; with a small buffer, one whose answers soon have no room on the way."""
    host, port = address.rsplit(":", 1)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(DEADLINE)
    try:
        connection.connect((host, int(port)))
    except OSError:
        connection.close()
        raise
    return connection


def take_head(received):
    """The status, the headers and what follows them, or None while they are not complete."""
    head, found, rest = received.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.split(b"\r\n")
    status = STATUS_LINE.match(first)
    fields = [FIELD.match(line) for line in lines]
    if not status or not all(fields):
        raise AssertionError(f"this is no answer of HTTP: {head[:500]!r}")
    headers = {field[1].decode().lower(): field[2].decode("latin-1").strip() for field in fields}
    return int(status[1]), headers, rest


def take_answers(received):
    """(the whole answers at the front, the interim ones, the bytes that are left)."""
    answers, interim = [], []
    while True:
        head = take_head(received)
        if not head:
            return answers, interim, received
        status, headers, rest = head
        if status < 200:
            interim.append(status)
            received = rest
            continue
        length = 0 if status in (204, 304) else int(headers["content-length"])
        if len(rest) < length:
            return answers, interim, received
        answers.append(Answer(status, headers, rest[:length]))
        received = rest[length:]


def exchange(address, sent, deadline=DEADLINE, enough=None, connection=None):
    """Sends the bytes, or each of the pieces, as long as the host takes them, and reads until the connection ends.

    With `enough`, so many answers end the call as well. A reset after the answers counts as the end.
    """
    pieces = iter([sent] if isinstance(sent, bytes) else sent)
    begun = time.monotonic()
    received, pending, taken, ended = b"", b"", 0, False
    writing = True
    connection = connection or connect(address)
    with connection:
        connection.setblocking(False)
        poll = select.poll()  # has no largest descriptor
        poll.register(connection)
        while not ended:
            if writing and not pending:
                pending = next(pieces, b"")
                writing = bool(pending)
            left = begun + deadline - time.monotonic()
            if left <= 0 or (enough is not None and len(take_answers(received)[0]) >= enough):
                break
            poll.modify(connection, select.POLLIN | (select.POLLOUT if writing else 0))
            events = dict(poll.poll(left * 1000)).get(connection.fileno(), 0)
            readable, writable = events & ~select.POLLOUT, events & select.POLLOUT
            try:
                if writable:
                    count = connection.send(pending[:PIECE])
                    taken, pending = taken + count, pending[count:]
                if readable:
                    piece = connection.recv(PIECE)
                    received += piece
                    ended = not piece
            except (ConnectionResetError, BrokenPipeError):
                # An answer may have come before the reset.
                writing = False
                ended = not readable
    answers, interim, rest = take_answers(received)
    if rest:
        raise AssertionError(f"after {len(answers)} answers came something else: {rest[:500]!r}")
    return Seen(answers, interim, ended, taken, time.monotonic() - begun)
