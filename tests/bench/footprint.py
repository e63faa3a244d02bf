# SPDX-License-Identifier: MIT
"""What a process takes of the machine, as the kernel counts it; and a crowd of connections to it.

Threads: for the part's thread. Ownership: a crowd ends with close().
"""
import os
import re
import subprocess

from load import PROGRAMS

KIB, MIB = 1024, 1024 * 1024


def resident(pid):
    """Bytes, the pages of libraries included, which others may share."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def own(pid):
    """Bytes that are no file's."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read())[1]) * KIB


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def processor_time(pid):
    """Seconds of all its threads, those that have ended included."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Crowd:
    """The program `crowd`: that many connections, or as many as there are descriptors, each with one request."""

    def __init__(self, request, count, kinds=1, until=None):
        """`kinds`, `until`: as the program says."""
        self._process = subprocess.Popen([f"{PROGRAMS}/crowd", str(request.port), str(count), request.text(), str(kinds),
                                          *([until] if until else [])],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        word, number = self._line()
        if word == "limit":
            word, number = self._line()
        if word != "sent":
            raise AssertionError(f"the crowd said {word} instead of sent")
        self.count = int(number)

    def _line(self):
        return self._process.stdout.readline().split()

    def wait_answered(self):
        """The moment of the last answer, of CLOCK_MONOTONIC, and {status: how many}."""
        _, moment, *statuses = self._line()
        return float(moment), {status: int(count) for status, _, count in (each.partition("=") for each in statuses)}

    def still_open(self):
        """Ends it, and tells how many of the connections were open until then."""
        self._process.stdin.close()
        return int(self._line()[1])

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
