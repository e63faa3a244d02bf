#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The disk is full, and then there is room again: the program lives on, refuses what it cannot keep, loses nothing.

A program of its own, because the disk is a small one of its own: a tmpfs in a mount namespace where the system
allows one, else a limit on the size of the program's files.

Threads: the main thread, besides those of the run.
Ownership: the disk goes with the process.
"""
import os
import resource
import shlex
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = 2 << 20
ROOM = 64 << 20
SPACES = (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"])


class Tmpfs:
    name = f"a tmpfs of {SIZE >> 20} MiB"

    def __init__(self, directory):
        self._directory = directory
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", directory], check=True)

    def make_room(self, _pid):
        # With the name of what is mounted: else mount repeats all options that it has, such as the user whose namespace
        # it is, and within the namespace that user has no number.
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"remount,size={ROOM}", "tmpfs", self._directory], check=True)

    def is_full(self):
        found = os.statvfs(self._directory)
        return found.f_bavail * found.f_frsize < 65536

    def close(self):
        subprocess.run(["umount", self._directory], check=True)


class FileSizes:
    """Files that may not grow: the host is started by a script that sets the limit, which can be raised later."""
    name = f"files limited to {SIZE >> 20} MiB, as no file system can be mounted here"

    def __init__(self, directory):
        script = f"{directory}/limited-host"
        with open(script, "w", encoding="utf-8") as out:
            out.write(f"#!/bin/bash\ntrap '' XFSZ\nulimit -S -f {SIZE >> 10}\n"
                      f"exec {shlex.quote(os.environ['RESTANZA_HOST'])} \"$@\"\n")
        os.chmod(script, stat.S_IRWXU)
        os.environ["RESTANZA_HOST"] = script

    def make_room(self, pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def is_full(self):
        return True

    def close(self):
        """The limit has ended with the host."""


def fills_up(disk, directory):
    sys.path[:0] = [HERE, os.path.join(HERE, "..", "live")]
    from run import Run
    from support.deadline import wait_until
    with Run(state_dir=f"{directory}/state") as run:
        run.start()
        run.steer("pause")
        run.fill()
        full = disk.is_full()
        run.host.program.wait_for_line("(?i)full|space|too large|I/O")
        if run.host.rest.health() != 200:
            raise AssertionError("it is not healthy on a full disk")
        run.steer("resume", statuses=(200, 503))  # in effect, also where there is no room to keep that
        run.wait_delivered()
        refused = len(run.returned)
        disk.make_room(run.host.program.pid)
        run.wait_until_taken_again()
        # A write that failed is tried again after a second.
        wait_until(lambda: "error" not in run.steer("resume", statuses=(200, 503)), "that it is resumed is on the disk")
        run.wait_delivered()
        returned = dict(run.returned)
        run.end(returned)
        run.check_refusals()
        if not full:
            raise AssertionError("the disk had room left when messages were refused")
        print(f"{disk.name}: {run.ledger.messages} messages, {refused} refused while it was full, "
              f"{len(returned) - refused} until room was noticed, {run.ledger.delivered()} delivered, "
              f"{run.ledger.repeats} repeated")


def disk_full():
    """Runs this file on a disk of its own; returns what it tells."""
    for space in SPACES:
        with tempfile.TemporaryDirectory(prefix="restanza-disk-") as directory:
            may = subprocess.run([*space, "mount", "-t", "tmpfs", "tmpfs", directory], capture_output=True, check=False)
        if may.returncode == 0:
            return told([*space, sys.executable, __file__, "tmpfs"])
    return told([sys.executable, __file__, "limit"])


def told(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def main():
    with tempfile.TemporaryDirectory(prefix="restanza-disk-") as directory:
        disk = {"tmpfs": Tmpfs, "limit": FileSizes}[sys.argv[1]](directory)
        try:
            fills_up(disk, directory)
        finally:
            disk.close()


if __name__ == "__main__":
    main()
