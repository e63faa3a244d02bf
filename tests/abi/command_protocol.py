# SPDX-License-Identifier: MIT
"""What scripts between xp_hostcheck and a host with a network of its own have in common: its protocol, as xp_hostcheck(1)
says it.

Threads: read_input begins one; write_stanza is for one thread at a time.
Ownership: none.
"""
import json
import os
import pathlib
import signal
import sys
import threading
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))


def arguments():
    """The plugin, its domain and its settings, which stand behind what is the command's own."""
    plugin, _, domain, _, settings = sys.argv[-5:]
    return plugin, domain, json.loads(settings)


def say_ready(address):
    """In one write: the host has the same standard error, and print makes two where that is not buffered."""
    os.write(sys.stderr.fileno(), f"ready http={address}\n".encode())


def write_stanza(element):
    element.tail = None
    sys.stdout.buffer.write(ElementTree.tostring(element).replace(b"\n", b"&#10;") + b"\n")
    sys.stdout.buffer.flush()


def read_input(give, end):
    """Gives each line of standard input, and says its end."""
    def read():
        for line in sys.stdin.buffer:
            give(line)
        end()

    threading.Thread(target=read, daemon=True).start()


def end_as(code):
    """As the host has ended, by the same signal where it was one; threads that wait are not waited for."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
