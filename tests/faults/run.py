# SPDX-License-Identifier: MIT
"""One program under load: a server that sends numbered messages through restanza-host to an endpoint, and the
ledger of what became of them.

Threads: for the thread of the scenario, besides those of the parts.
Ownership: owns the endpoint, the server, the host and its state; all are gone at the end of a `with`.
"""
import json
import os
import re
import signal
import time

import journal_database
import journal_file
from endpoint import Endpoint
from ledger import DOMAIN, Ledger
from link import LinkServer
from support.deadline import DEADLINE, Missed, wait_until
from support.host import Host, MigratedHost, component_of

NUMBERED = re.compile(r"n-(\d+)-(\d+)-(\d+)")
FILLER = "<x xmlns='urn:example:filler'>" + "f" * 1000 + "</x>"
SLICE = 0.2  # seconds
TIMEOUT = 2  # seconds that the endpoint has for an answer


class Run:
    def __init__(self, conversations=40, small_buffers=False, state_dir=None, environment=None, plugin=None,
                 database=None, **settings):
        """`plugin`: settings beside those of the endpoint, which are the keyword arguments; `database`: a server of
        PostgreSQL where the journal is, instead of a file."""
        self.ledger = Ledger(conversations)
        self.life = 0
        self.link = None
        self.returned = {}  # key: the condition of the error that came back
        self._callback = {"name": "numbers", "stanzas": ["message"], "timeout": TIMEOUT, **settings}
        self._state_dir, self._environment, self._plugin = state_dir, environment, plugin or {}
        self.database = database
        if database:
            self._plugin["journal"] = database.url
        self.endpoint = Endpoint(small_buffers)
        self.server = LinkServer()
        self.host = None

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if self.link:
            self.link.close()
        if self.host:
            self.host.discard()
        self.server.close()
        self.endpoint.close()

    def start(self, log_in=True, counting=False):
        """The program's next life."""
        self.life += 1
        self.link = None
        settings = {**self._plugin, "rest_callbacks": [{**self._callback, "url": self.endpoint.url(self.life)}]}
        if self.host:
            self.host.launch(settings, wait_ready=False)
        else:
            kind = MigratedHost if self.database else Host
            self.host = kind(component_of(self.server), DOMAIN, settings, wait_ready=False, state_dir=self._state_dir,
                             environment=self._environment)
        if log_in:
            self.link = self.server.log_in(self.host.program, counting)
        return self

    def also(self, standby):
        """The journal is there too, once it has been promoted."""
        self._plugin["journal"] = self.database.url_with(standby)

    def kept(self):
        """The messages in the journal, in the order of acceptance."""
        return journal_database.kept(self.database, DOMAIN) if self.database else journal_file.kept(self.journal_directory)

    def send(self, rounds, filler=""):
        """That many messages in every conversation; returns once they have been taken."""
        self.link.send(self.ledger.batch(self.life, rounds, filler))
        self.link.wait_until_taken()

    def wait_for_state(self, state):
        """Until the program itself says so of the endpoint."""
        wait_until(lambda: self.asked("endpoints")["state"] == state, f"the endpoint is {state}")

    def asked(self, what):
        """What the program says of the endpoint."""
        return self._request("GET", what)["endpoints"][0]

    def steer(self, action, statuses=(200,)):
        """`pause` or `resume`; what is answered."""
        return self._request("POST", f"endpoints/numbers/{action}", statuses)

    def replay(self):
        """All dead letters."""
        self._request("POST", "deliveries/replay?state=dead")

    def discard_dead(self):
        """All dead letters."""
        self._request("DELETE", "deliveries?state=dead")

    def _request(self, method, path, statuses=(200,)):
        if not self.host.rest:
            self.host.wait_ready()
        response = self.host.rest.request(method, f"/rest/{path}")
        if response.status not in statuses:
            raise AssertionError(f"{response.status} for {method} /rest/{path}: {response.body}")
        return json.loads(response.body)

    def metrics(self):
        """What the program counts, as text."""
        if not self.host.rest:
            self.host.wait_ready()
        return self.host.rest.request("GET", "/rest/metrics").body.decode()

    def collect(self):
        """Notes what has arrived and what has come back."""
        self.ledger.note(self.endpoint.arrivals)
        for stanza_id, condition in list(self.link.errors.items()) if self.link else ():
            self.returned[tuple(map(int, NUMBERED.match(stanza_id).groups()))] = condition

    def wait_delivered(self, count=None, deadline=DEADLINE * 2):
        """Until that many different messages have arrived; without a count, all that were not refused."""
        def enough():
            self.collect()
            wanted = self.ledger.messages - len(self.returned) if count is None else count
            return self.ledger.delivered() >= wanted
        end = time.monotonic() + deadline
        # In slices, for an error that comes back changes it too, and nothing arrives then.
        while not self.endpoint.wait_for(enough, SLICE):
            if time.monotonic() > end:
                raise Missed(f"{self.ledger.delivered()} of {self.ledger.messages} messages delivered within "
                             f"{deadline:g} s, {len(self.returned)} returned\n{self.host.program.transcript()}")

    @property
    def journal_directory(self):
        return os.path.join(self.host.state_dir, self.host.domain)

    def kill(self):
        """Ends the program's life as a crash does; returns how much was in the sockets of its link just before."""
        if not self.host.program.running() or self.host.complaints():
            raise AssertionError("restanza-host did not wait to be killed\n" +
                                 self.host.program.transcript(*self.host.complaints()[:1]))
        self.host.program.signal(signal.SIGSTOP)
        waiting = self.link.bytes_on_the_way() if self.link else 0
        self.host.program.kill()
        if self.link:
            self.link.close()
        self.server.forget_callers()
        return waiting

    def fill(self):
        """Large messages until one is refused, and some more; the endpoint must be paused."""
        end = time.monotonic() + DEADLINE
        while not self.link.errors:
            self.send(1, FILLER)
            if time.monotonic() > end:
                raise AssertionError("nothing was refused: is anything full at all?")
        self.send(5, FILLER)

    def wait_until_taken_again(self):
        """Sends until nothing is refused any more."""
        def taken():
            self.send(1, FILLER)
            before = len(self.returned)
            self.collect()
            return len(self.returned) == before
        wait_until(taken, "messages are taken again")

    def check_refusals(self):
        """Whoever was told that there is no room was told the truth."""
        wrong = [key for key in self.returned if self.ledger.was_delivered(key)]
        if wrong or set(self.returned.values()) != {"resource-constraint"}:
            raise AssertionError(f"refused as {set(self.returned.values())}, and {len(wrong)} delivered all the same")

    def stop(self):
        """Ends the program's life politely: what it has taken is in the journal."""
        code = self.host.program.stop()
        complaints = self.host.complaints()
        if code != 0 or complaints:
            raise AssertionError(f"restanza-host ended with {code}\n{self.host.program.transcript(*complaints[:1])}")
        self.link.close()

    def missing(self, returned=()):
        """What got lost in each life, with the program ended. Raises where anything else is wrong."""
        kept = [(each.key, each.webhook_id) for each in self.kept()]
        self.collect()
        return self.ledger.missing(kept, returned)

    def wait_drained(self):
        """Until nothing waits: what has arrived may have been answered too late, or so that it did not count."""
        wait_until(lambda: self.asked("deliveries")["waiting"] == 0, "the queue is empty", DEADLINE * 2)

    def end(self, returned=(), lost=None):
        """A polite end: nothing is missing but what was lost with earlier lives, nothing is left in the journal."""
        self.wait_drained()
        self.stop()
        missing = dict(+self.missing(returned))
        if missing != (lost or {}):
            raise AssertionError(f"missing are {missing} instead of {lost or 'none'}")
        if set(self.returned) != set(returned):
            wrong = sorted(set(self.returned) ^ set(returned))
            raise AssertionError(f"errors that came back, or did not: {len(wrong)}, such as {wrong[:3]}")
        left = self.kept()
        if left:
            raise AssertionError(f"{len(left)} deliveries are still in the journal, such as {left[0]}")
