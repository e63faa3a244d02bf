# SPDX-License-Identifier: MIT
"""A receiver that does with its connections what some server somewhere does, byte by byte.

Threads: it lives on an event loop in a thread of its own; the behaviours run there.
Ownership: owns its loop and its sockets until close().
"""
import asyncio
import re
import threading

from ..deadline import DEADLINE
from . import number_of

REQUEST = re.compile(rb"^(\S+) (\S+) HTTP/1\.1\r\n")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ID = re.compile(rb"\r\nwebhook-id: *(\S+)", re.IGNORECASE)
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/xmpp+xml\r\nTransfer-Encoding: chunked\r\n"
CHUNKS = b"3\r\n<me\r\n", b"5;a=b\r\nssage\r\n2\r\n/>\r\n"
# Two are named as header fields are, and must not be taken for them: nothing is packed, and nobody has to wait.
ANNOUNCED = b"Trailer: Server-Timing, Content-Encoding, Retry-After\r\n"
TRAILERS = b"0\r\nServer-Timing: db;dur=53\r\nContent-Enc", b"oding: gzip\r\nRetry-After: 3600\r\n", b"\r\n"
UNASKED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Raw:
    def __init__(self, behaviour):
        self._behaviour = behaviour
        self._noted = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(DEADLINE)

    async def _serve(self, reader, writer):
        try:
            await self._behaviour(Connection(reader, writer, self._noted))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has ended it
        finally:
            writer.close()

    def got(self):
        return list(self._noted)

    def close(self):
        async def end():
            self._server.close()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        self._call(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()


class Connection:
    def __init__(self, reader, writer, noted):
        self._reader, self._writer, self._noted = reader, writer, noted
        self._head = b""

    async def head(self):
        self._head = await self._reader.readuntil(b"\r\n\r\n")

    async def body(self):
        length = LENGTH.search(self._head)
        await self._reader.readexactly(int(length[1]) if length else 0)
        found = ID.search(self._head)
        if found:  # a probe with OPTIONS has none
            self._noted.append((found[1].decode(), number_of(REQUEST.match(self._head)[2].decode())))

    async def request(self):
        await self.head()
        await self.body()

    async def answer(self, text=EMPTY):
        self._writer.write(text)
        await self._writer.drain()


async def closes_after_each_answer(connection):
    """And does not say so."""
    await connection.request()
    await connection.answer()


async def closes_as_the_next_comes(connection):
    """It is read, and so the other side cannot know whether anything was done for it."""
    await connection.request()
    await connection.answer()
    await connection.request()


async def answers_before_it_has_read(connection):
    while True:
        await connection.head()
        await connection.answer()
        await connection.body()


async def answers_in_chunks(connection):
    while True:
        await connection.request()
        for part in (CHUNKED + b"\r\n", *CHUNKS, b"0\r\n\r\n"):
            await connection.answer(part)


async def answers_in_chunks_with_trailers(connection):
    while True:
        await connection.request()
        for part in (CHUNKED + ANNOUNCED + b"\r\n", *CHUNKS, *TRAILERS):
            await connection.answer(part)


async def says_more_than_it_was_asked(connection):
    """All at once: what came later could be the answer to the next request, for all that anybody can know."""
    while True:
        await connection.request()
        await connection.answer(EMPTY + UNASKED)


BEHAVIOURS = (closes_after_each_answer, closes_as_the_next_comes, answers_before_it_has_read, answers_in_chunks,
              answers_in_chunks_with_trailers, says_more_than_it_was_asked)
