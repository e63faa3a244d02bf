#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bodies that grow: in chunks of a byte, by compression, past the limit however that is told; and codings that are
not what they say.

Threads: the test's thread.
Ownership: the class owns one host for all cases.
"""
import concurrent.futures
import gzip
import itertools
import random
import subprocess
import unittest
import zlib

from besieged import PING, Besieged, named, post

XML = b"application/xmpp+xml"
GZIP = b"Content-Encoding: gzip"
DEFLATE = b"Content-Encoding: deflate"
BROTLI = b"Content-Encoding: br"
CHUNKED = b"Transfer-Encoding: chunked"
LIMIT = 196_608
MIB = 1 << 20


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zeros(size):
    """That many zero bytes, compressed in a thousandth of them."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(bytes(MIB)) for _ in range(size // MIB)] + [packer.flush()])


def spoiled(data, place):
    data = bytearray(data)
    data[place] ^= 1
    return bytes(data)


def noise(size):
    return random.Random(1).randbytes(size)


def in_chunks(*pieces, last=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + last


def endless(first, piece):
    """Far more than anybody reads, made only as it is taken."""
    return itertools.chain([first], itertools.repeat(piece, 4000))


def open_body(*headers):
    return post(b"", XML, CHUNKED, *headers)


PACKED = gzip.compress(PING)

# A sentence, the coding and the body, the status.
CODED = [
    ("gzip of 64 MiB", GZIP, zeros(64 * MIB), 413),
    ("gzip of what is past the limit by one", GZIP, gzip.compress(b" " * (LIMIT + 1)), 413),
    ("deflate of 64 MiB", DEFLATE, zlib.compress(bytes(64 * MIB)), 413),
    ("gzip that is cut off in its middle", GZIP, PACKED[:-20], 400),
    ("gzip that is cut off before its checksum", GZIP, PACKED[:-8], 400),
    ("gzip that is cut off by a byte", GZIP, PACKED[:-1], 400),
    ("gzip of nothing but its head", GZIP, PACKED[:10], 400),
    ("gzip with a wrong checksum", GZIP, spoiled(PACKED, -6), 400),
    ("gzip with a wrong length", GZIP, spoiled(PACKED, -1), 400),
    ("gzip with spoiled data", GZIP, spoiled(PACKED, 20), 400),
    ("gzip twice in a row", GZIP, PACKED + PACKED, 400),
    ("gzip and more", GZIP, PACKED + b"more", 400),
    ("500 bombs of gzip in a row", GZIP, gzip.compress(b" " * 60_000) * 500, 400),
    ("5,000 empty gzips in a row", GZIP, gzip.compress(b"") * 5000, 400),
    ("plain bytes as gzip", GZIP, PING, 400),
    ("deflate without its head", DEFLATE, raw_deflate(PING), 400),
    ("deflate that is cut off", DEFLATE, zlib.compress(PING)[:-5], 400),
    ("gzip as br", BROTLI, PACKED, 400),
    ("noise as gzip", GZIP, noise(100_000), 400),
    ("noise as deflate", DEFLATE, noise(100_000), 400),
    ("noise as br", BROTLI, noise(100_000), 400),
    ("gzip of gzip", b"Content-Encoding: gzip, gzip", gzip.compress(PACKED), 415),
    ("gzip in two headers", b"Content-Encoding: gzip\r\nContent-Encoding: gzip", gzip.compress(PACKED), 415),
    ("two different codings", b"Content-Encoding: gzip\r\nContent-Encoding: br", PACKED, 415),
    ("a coding that nobody knows", b"Content-Encoding: rot13", PING, 415),
    ("a coding in quotes", b'Content-Encoding: "gzip"', PACKED, 415),
    ("gzip once", GZIP, PACKED, 200),
    ("deflate once", DEFLATE, zlib.compress(PING), 200),
    ("no coding by its name", b"Content-Encoding: identity", PING, 200),
]

# A sentence, the bytes after a head that announces chunks, the status.
IN_CHUNKS = [
    ("a million chunks of a byte", in_chunks(*[b" "] * 1_000_000), 413),
    ("as many chunks of a byte as are taken", in_chunks(*[b" "] * LIMIT), 400),
    ("a chunk of the limit and one", in_chunks(b" " * (LIMIT + 1)), 413),
    ("a chunk of 4 GiB", b"100000000\r\nabc", 413),
    ("the largest chunk of 15 digits", b"7ffffffffffffff\r\nabc", 413),
    ("a chunk of 16 digits", b"7fffffffffffffff\r\nabc", 400),
    ("a size with 300 zeros before it", b"0" * 300 + b"1\r\n \r\n0\r\n\r\n", 400),
    ("100 extensions", b"1" + b";a=b" * 100 + b"\r\n \r\n0\r\n\r\n", 400),
    ("10,000 chunks with extensions", (b"1;" + b"e" * 200 + b"\r\n \r\n") * 10_000 + b"0\r\n\r\n", 400),
    ("2,000 trailers", in_chunks(PING, last=b"0\r\n" + b"A: b\r\n" * 2000 + b"\r\n"), 400),
    ("8 KiB of one trailer", in_chunks(PING, last=b"0\r\nA: " + b"b" * 8192 + b"\r\n\r\n"), 400),
    ("a bomb in chunks", None, 413),
]

# The same without an end.
ENDLESS = [
    ("a size", b"", b"0" * 65536, 400),
    ("an extension", b"1;", b"e" * 65536, 400),
    ("a trailer", b"0\r\nA: ", b"b" * 65536, 400),
    ("trailers", b"0\r\n", b"A: b\r\n" * 10_000, 400),
    ("chunks", b"", b"1\r\n \r\n" * 10_000, 413),
]


class Bodies(Besieged):
    def test_a_length_past_the_limit_is_413_however_much_of_it_comes(self):
        for size in (LIMIT + 1, 64 * MIB, 1 << 40):
            sent = itertools.islice(endless(post(b"", XML, b"Content-Length: %d" % size), b" " * 65536), 200)
            self.answer(sent, 413)

    def test_brotli_of_64_MiB_is_413(self):
        packed = subprocess.run(["node", "-e", "const z = require('zlib'); process.stdout.write("
                                 "z.brotliCompressSync(Buffer.alloc(64 << 20), {params: {[z.constants"
                                 ".BROTLI_PARAM_QUALITY]: 4}}))"], capture_output=True, timeout=60, check=True).stdout
        self.answer(post(packed, XML, BROTLI), 413)

    def test_bombs_in_parallel_take_no_more_than_one_after_the_other(self):
        bomb = post(zeros(64 * MIB), XML, GZIP)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: self.answer(bomb, 413), range(32)))


def check_chunks(test, body, status):
    headers, body = ([], body) if body else ([GZIP], in_chunks(zeros(64 * MIB)))
    test.answer(open_body(*headers) + body, status)


named(Bodies, "as_a_coded_body", CODED, lambda test, coding, body, status: test.answer(post(body, XML, coding), status))
named(Bodies, "as_a_body", IN_CHUNKS, check_chunks)
named(Bodies, "without_an_end", ENDLESS,
      lambda test, first, piece, status: test.answer(endless(open_body() + first, piece), status))


if __name__ == "__main__":
    unittest.main(verbosity=2)
