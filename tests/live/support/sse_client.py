# SPDX-License-Identifier: MIT
"""A program that follows Server-Sent Events (WHATWG HTML, section 9.2), and comes again where a stream ends.

Threads: a thread of its own reads; the methods are for the test's thread.
Ownership: owns its thread and its connection until close().
"""
import collections
import contextlib
import http.client
import threading

from .deadline import DEADLINE, wait_until

Event = collections.namedtuple("Event", "id type data")


def events_of(lines):
    """The events that these lines, without their ends, make up; what is behind the last empty line is none."""
    last, kind, data = "", "", []
    for line in lines:
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if not line:
            if data:
                yield Event(last, kind or "message", "\n".join(data))
            kind, data = "", []
        elif name == "id":
            last = value
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)


class SseClient:
    def __init__(self, address, path, headers=None, again=True):
        """`again`: it comes again, with the last event's id, until it is closed or refused."""
        self._address, self._path, self._headers, self._again = address, path, dict(headers or {}), again
        self.events, self.statuses, self.comments = [], [], 0
        self.last_id = ""
        self._closed = False
        self._connection = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self):
        while not self._closed:
            try:
                self._read()
            except (OSError, http.client.HTTPException):
                pass  # it ended, or is not there
            if not self._again or (self.statuses and self.statuses[-1] != 200):
                return
            threading.Event().wait(0.05)  # as `retry:` asks for, only sooner

    def _read(self):
        with contextlib.closing(http.client.HTTPConnection(self._address, timeout=DEADLINE)) as self._connection:
            self._read_from(self._connection)

    def _read_from(self, connection):
        last = {"Last-Event-ID": self.last_id} if self.last_id else {}
        connection.request("GET", self._path, headers={**self._headers, **last})
        response = connection.getresponse()
        self.statuses.append(response.status)
        self.content_type = response.headers.get("Content-Type")
        if response.status != 200:
            return
        for event in events_of(self._lines(response)):
            self.last_id = event.id
            self.events.append(event)

    def _lines(self, response):
        while line := response.readline():
            if line.startswith(b":"):
                self.comments += 1
            yield line.decode().rstrip("\n")

    def wait(self, count):
        """The first events, once there are so many."""
        wait_until(lambda: len(self.events) >= count or self._ended(), f"{count} events, and there are {self.events}")
        return self.events[:count]

    def _ended(self):
        if not self._thread.is_alive():
            raise AssertionError(f"the stream ended with {self.statuses}, after {self.events}")
        return False

    def wait_ended(self):
        self._thread.join(DEADLINE)
        if self._thread.is_alive():
            raise AssertionError("the stream goes on")

    def close(self):
        self._closed = True
        if self._connection and self._connection.sock:
            self._connection.sock.shutdown(2)
        self._thread.join(DEADLINE)
