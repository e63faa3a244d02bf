# SPDX-License-Identifier: MIT
"""Somebody who steers while messages come and the program is killed: pause, replay, DELETE and resume by turns. What was
acknowledged must hold in every later life; what was asked for as the program died may hold or not.

Threads: go_on() on a thread of its own, until the program dies; all else for the thread of the scenario, meanwhile not.
"""
import collections
import http.client
import itertools
import json
import time

PAUSE = (0.005, 0.05)  # seconds between two turns
LETTERS = 100  # dead letters that are looked at
ENDPOINT = "endpoints/numbers"


class Steering:
    def __init__(self, run, chance):
        self.acknowledged = collections.Counter()
        self._run, self._chance = run, chance
        self._turns = itertools.cycle((self._pause, self._replay, self._discard, self._resume))
        self._may_be_paused = {False}  # whether the endpoint is, by what is known: both where the answer got lost
        self._gone = set()  # the dead letters that have been replayed or discarded
        self._letters = []
        self._failure = None

    def go_on(self):
        try:
            self.check()
            while True:
                next(self._turns)()
                time.sleep(self._chance.uniform(*PAUSE))
        except (OSError, http.client.HTTPException):
            pass  # the program has died
        except Exception as error:
            self._failure = error

    def raise_failure(self):
        if self._failure:
            raise self._failure

    def told(self):
        counts = [f"{count} {action}" for action, count in sorted(self.acknowledged.items())]
        return "acknowledged: " + (", ".join(counts) or "nothing")

    def check(self):
        """That the endpoint is paused or not as it was acknowledged."""
        _, body = self._ask("GET", "endpoints")
        paused = json.loads(body)["endpoints"][0]["state"] == "paused"
        if paused not in self._may_be_paused:
            raise AssertionError(f"paused: {paused}, which is not what was acknowledged")
        self._may_be_paused = {paused}

    def check_letters(self):
        """That none of those is there any more which were discarded, or were replayed and have been delivered."""
        for letter in self._gone:
            status, body = self._ask("GET", f"deliveries/{letter}")
            if status != 404:
                raise AssertionError(f"{letter} was replayed or discarded, and is there: {status} {body}")

    def _ask(self, method, path, success=None):
        response = self._run.host.rest.request(method, f"/rest/{path}")
        if success not in (None, response.status):
            raise AssertionError(f"{method} {path} was answered {response.status}: {response.body}")
        return response.status, response.body

    def _pause(self):
        self._steer("pause", True)

    def _resume(self):
        self._steer("resume", False)

    def _steer(self, action, paused):
        self._may_be_paused.add(paused)
        self._ask("POST", f"{ENDPOINT}/{action}", 200)
        self._may_be_paused = {paused}
        self.acknowledged[action] += 1

    def _replay(self):
        letter = self._letter()
        if letter:
            self._run.ledger.replayed.add(letter)
            self._ask("POST", f"deliveries/{letter}/replay", 200)
            self._gone.add(letter)
            self.acknowledged["replay"] += 1

    def _discard(self):
        letter = self._letter()
        if letter:
            self._ask("DELETE", f"deliveries/{letter}", 204)
            self._gone.add(letter)
            self.acknowledged["DELETE"] += 1

    def _letter(self):
        """One that nobody has asked anything of yet, or None."""
        if not self._letters:
            _, body = self._ask("GET", f"deliveries?state=dead&limit={LETTERS}", 200)
            self._letters = [each["id"] for each in json.loads(body)["deliveries"]]
        return self._letters.pop() if self._letters else None
