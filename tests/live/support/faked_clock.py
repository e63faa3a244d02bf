# SPDX-License-Identifier: MIT
"""The date as one program sees it, set by what stands in a file; libfaketime makes the program believe it.
The clock that only runs forward is left alone.

Threads: for the test's thread.
Ownership: owns its file until close().
"""
import glob
import os
import subprocess
import tempfile

from .host import PROGRAM

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def sanitizer_runtime():
    """The library that has to come first where the program is built with a sanitizer."""
    linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
    return [line.split("=>")[1].split()[0] for line in linked.splitlines() if "libasan" in line or "libtsan" in line]


class FakedClock:
    def __init__(self):
        libraries = glob.glob(LIBRARY)
        if not libraries:
            raise AssertionError("libfaketime is not installed; the package is faketime")
        self._directory = tempfile.TemporaryDirectory(prefix="restanza-clock-")
        self._path = f"{self._directory.name}/now"
        self.step("+0")
        self.environment = {
            "LD_PRELOAD": ":".join(sanitizer_runtime() + libraries[:1]), "FAKETIME_TIMESTAMP_FILE": self._path,
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def step(self, to):
        """To so far from the real date, such as "+25h"; replaced as a whole, so that nobody reads half of it."""
        with open(f"{self._path}.new", "w", encoding="ascii") as new:
            new.write(to + "\n")
        os.rename(f"{self._path}.new", self._path)

    def close(self):
        self._directory.cleanup()
