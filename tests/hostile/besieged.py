# SPDX-License-Identifier: MIT
"""A host that is attacked: after every case an ordinary request must be served at once, and at the end nothing may
be left of the attacks: no descriptor, no thread, no memory, no word of a sanitizer.

Threads: for the test's thread, except that `serves` may be called from any.
Ownership: owns its host until the account at the end.
"""
import base64
import json
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "live")]

from support.deadline import DEADLINE, Missed, wait_until  # noqa: E402
from support.host import Host, local_mode  # noqa: E402
import wire  # noqa: E402

SANITIZED = "RESTANZA_SANITIZED" in os.environ
WORKERS = 2  # threads that may have started late and stay
PROMPTLY = 30 if SANITIZED else 10  # seconds; an ordinary request takes milliseconds
AUTHORIZATION = b"Basic " + base64.b64encode(f"rest.localhost:{Host.component_secret}".encode())
PING = b"<iq type='get' to='localhost' from='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
HEALTH = b"GET /rest/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def request(method, target, body=b"", *headers):
    """A whole request with the component's credentials; the connection ends after it."""
    lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: h", b"Authorization: " + AUTHORIZATION, *headers,
             b"Connection: close"]
    if body and not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in headers):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def post(body, media_type=b"application/xmpp+xml", *headers, target=b"/rest"):
    return request(b"POST", target, body, b"Content-Type: " + media_type, *headers)


def memory_of(pid, what):
    """VmRSS, the bytes in memory, or VmHWM, the most that there ever were."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"^{what}:\s+(\d+) kB$", status.read(), re.MULTILINE)[1]) << 10


class Besieged(unittest.TestCase):
    """Each test class has a host of its own, in which `settings` are the plugin's."""
    settings = {}
    # Bytes above what the program held before the first attack: that allocators may keep after the last one, and
    # that an attack may take meanwhile. A sanitizer's bookkeeping would be measured as ours.
    kept_memory = 32 << 20
    lent_memory = 96 << 20

    @classmethod
    def launch(cls):
        return Host(local_mode(), settings=cls.settings)

    @classmethod
    def setUpClass(cls):
        cls.host = cls.launch()
        cls.addClassCleanup(cls.host.close)
        cls.serves()
        cls.before, cls.memory_before = cls.held(), memory_of(cls.host.program.pid, "VmRSS")

    @classmethod
    def tearDownClass(cls):
        cls.settle_account()

    @classmethod
    def held(cls):
        """(descriptors, threads) of the program."""
        process = f"/proc/{cls.host.program.pid}"
        return len(os.listdir(f"{process}/fd")), len(os.listdir(f"{process}/task"))

    @classmethod
    def settle_account(cls):
        def restored():
            descriptors, threads = cls.held()
            return descriptors <= cls.before[0] and threads <= cls.before[1] + WORKERS
        try:
            wait_until(restored, "descriptors and threads are as before", DEADLINE)
        except Missed as late:
            raise AssertionError(f"descriptors and threads are {cls.held()}, before it was {cls.before}") from late
        if SANITIZED:
            return
        kept, lent = (memory_of(cls.host.program.pid, what) - cls.memory_before for what in ("VmRSS", "VmHWM"))
        print(f"{cls.__name__}: {kept >> 10} KiB more than before, {lent >> 10} KiB more in between", file=sys.stderr)
        if kept > cls.kept_memory or lent > cls.lent_memory:
            raise AssertionError(f"{kept >> 20} MiB of the attacks are left, {lent >> 20} MiB were taken in between")

    @classmethod
    def serves(cls):
        """An ordinary iq on a new connection gets its answer, promptly."""
        seen = wire.exchange(cls.host.http, post(PING), PROMPTLY)
        statuses = [answer.status for answer in seen.answers]
        if statuses != [200] or b"result" not in seen.answers[0].body:
            raise AssertionError(f"an ordinary request got {seen} after the attack\n{cls.host.program.transcript()}")

    def answer(self, sent, status, deadline=DEADLINE):
        """The only answer to the bytes, which has this status and ends the connection; then the host serves on."""
        seen = wire.exchange(self.host.http, sent, deadline)
        self.assertEqual([answer.status for answer in seen.answers], [status], seen)
        self.assertTrue(seen.ended, seen)
        self.assertLess(seen.seconds, PROMPTLY)
        self.serves()
        return seen.answers[0]

    def refusal(self, sent, status, condition):
        """The same for a request that is refused in JSON."""
        error = json.loads(self.answer(sent, status).body)
        self.assertEqual((error["code"], error["error"]["condition"]), (status, condition), error)
        return error["error"]["text"]


def named(test_class, what, cases, check):
    """A test for each case, a tuple that begins with a sentence; `check` gets the test and the rest of it."""
    def test_of(case):
        def run(test):
            check(test, *case)
        return run

    for sentence, *case in cases:
        name = f"test_{re.sub('[^A-Za-z0-9]+', '_', sentence)}_{what}"
        if hasattr(test_class, name):
            raise AssertionError(f"two cases are called {sentence!r}")
        setattr(test_class, name, test_of(case))
