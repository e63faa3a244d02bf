#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who asks too often, who guesses, and what the log says of both, with the real host.

Threads: the test's thread, and one for each request that is to wait beside others.
Ownership: each test owns its host.
"""
import base64
import concurrent.futures
import hashlib
import pathlib
import re
import signal
import time
import unittest

from support.deadline import wait_until
from support.host import Host, local_mode
from support.rest_client import XML, basic

MESSAGE = "<message to='bob@localhost'><body>Hi</body></message>"
FREE = 5  # failures of a name that are told at once
NAMES = 16  # of one address; further ones wait as one
REFUSED = "credentials refused: "


def token(name, secret, **more):
    return {"name": name, "sha256": hashlib.sha256(secret.encode()).hexdigest(), **more}


class Abuse(unittest.TestCase):
    def start(self, **settings):
        self.host = Host(local_mode(), settings=settings)
        self.addCleanup(self.host.close)

    def post(self, authorization, path="/rest", method="POST"):
        return self.host.rest.request(method, path, MESSAGE if method == "POST" else None, XML, XML, authorized=False,
                                      headers={"Authorization": authorization})

    def timed(self, authorization):
        began = time.monotonic()
        return self.post(authorization).status, time.monotonic() - began

    def refusals(self):
        return [line[line.index(REFUSED):] for line in self.host.program.lines("err") if REFUSED in line]

    def state(self):
        """What lies in the state directory, read as text."""
        found = [file for file in pathlib.Path(self.host.state_dir).rglob("*") if file.is_file()]
        self.assertTrue(found, "there is a journal at least")
        return "".join(file.read_bytes().decode("latin-1") for file in found)

    def reload(self, old, new):
        with open(self.host.config, encoding="utf-8") as config:
            text = config.read()
        self.assertIn(old, text)
        with open(self.host.config, "w", encoding="utf-8") as config:
            config.write(text.replace(old, new))
        self.host.program.signal(signal.SIGHUP)


class Rates(Abuse):
    def test_a_token_past_its_rate_gets_429_and_comes_again_after_what_it_was_told(self):
        self.start(rest_tokens=[token("slow", "one", rate=0.2), token("fast", "two")])
        self.assertEqual(self.post("Bearer one").status, 202)
        refused = self.post("Bearer one")
        self.assertEqual(refused.status, 429, refused.body)
        self.assertIn(int(refused.headers["Retry-After"]), range(1, 6))
        self.assertIn(b"<resource-constraint", refused.body)
        for _ in range(20):
            self.assertEqual(self.post("Bearer two").status, 202)
            self.assertEqual(self.post(self.host.rest.authorization).status, 202)
        wait_until(lambda: self.post("Bearer one").status == 202, "the bucket has filled up again")
        counted = self.host.rest.request("GET", "/rest/metrics").body.decode()
        self.assertRegex(counted, r'restanza_http_requests_total\{code="429",method="POST",resource="stanza"\} \d')

    def test_everybody_else_has_one_limit_each_and_sighup_changes_it_at_once(self):
        self.start(rest_rate_limit=0.001)
        alice, bob = basic("alice", "wonder"), basic("bob", "builder")
        for each in (alice, bob, self.host.rest.authorization):
            self.assertEqual(self.post(each).status, 202)
        refused = self.post(alice)
        self.assertEqual((refused.status, int(refused.headers["Retry-After"]) > 900), (429, True))
        self.assertEqual(self.post(basic("alice@localhost", "wonder")).status, 429)
        self.assertEqual(self.host.rest.health(), 200)
        self.reload("rest_rate_limit = 0.001", "rest_rate_limit = 0")
        wait_until(lambda: self.post(alice).status == 202, "the new settings hold")
        self.assertEqual({self.post(alice).status for _ in range(20)}, {202})


class Guessing(Abuse):
    def setUp(self):
        self.start()

    def fail_free(self, authorization):
        for _ in range(FREE):
            self.assertEqual(self.post(authorization).status, 401)

    def test_wrong_passwords_are_told_later_and_later_and_the_right_one_ends_it(self):
        wrong, right = basic("alice", "guess"), basic("alice", "wonder")
        self.fail_free(wrong)
        for least in (0.25, 0.5, 1):
            status, took = self.timed(wrong)
            self.assertEqual(status, 401)
            self.assertGreaterEqual(took, least)
        self.assertEqual(self.post(right).status, 202)
        self.fail_free(wrong)
        self.assertGreaterEqual(self.timed(wrong)[1], 0.25)

    def test_guesses_at_once_are_not_checked_and_nobody_else_waits(self):
        wrong = basic("alice", "guess")
        self.fail_free(wrong)
        for _ in range(4):
            self.assertEqual(self.post(wrong).status, 401)
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            guesses = [threads.submit(self.post, wrong) for _ in range(7)]  # one of them for four seconds
            self.assertEqual(self.host.rest.health(), 200)
            self.assertEqual(self.post(basic("bob", "builder")).status, 202)
            answers = [guess.result() for guess in guesses]
        self.assertEqual(sorted(answer.status for answer in answers), [401] + [429] * 6)
        for answer in answers:
            if answer.status == 429:
                self.assertIn(int(answer.headers["Retry-After"]), range(1, 5))
        self.assertEqual(self.post(basic("alice", "wonder")).status, 202)

    def test_who_invents_names_waits_and_who_has_logged_in_before_does_not(self):
        self.assertEqual(self.post(basic("alice", "wonder")).status, 202)
        wrong = basic("bob", "guess")
        self.fail_free(wrong)
        self.assertGreaterEqual(self.timed(wrong)[1], 0.25)
        for number in range(NAMES - 1):
            self.assertEqual(self.post(basic(f"invented{number}", "guess")).status, 401)
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            others = [basic(f"further{number}", "guess") for number in range(7)]
            answers = [answer.status for answer in threads.map(self.post, others)]
        self.assertIn(401, answers)
        self.assertIn(429, answers)
        self.assertEqual(self.post(basic("alice", "wonder")).status, 202)
        self.assertGreaterEqual(self.timed(wrong)[1], 0.5, "the guesses at bob are not forgotten")

    def test_a_refusal_that_waits_does_not_hold_up_the_end(self):
        wrong = basic("alice", "guess")
        self.fail_free(wrong)
        for _ in range(4):
            self.assertEqual(self.post(wrong).status, 401)
        seen = FREE + 4
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(self.post, wrong)  # for four seconds
            wait_until(lambda: len(self.refusals()) > seen, "it has been refused, and waits")
            self.host.program.signal(signal.SIGTERM)
            self.assertEqual(waiting.result().status, 503)
        self.assertEqual(self.host.program.wait(), 0)


class Audit(Abuse):
    def test_a_line_says_who_from_where_for_what_and_why_and_never_a_secret(self):
        self.start(rest_tokens=[token("reader", "good-token-1", rights=[]),
                                token("old", "old-token-22", expires="2020-01-01T00:00:00Z")])
        # The claimed name, the reason, and what the log must not hold.
        cases = [
            (basic("alice", "guessed-pw"), "alice", "wrong name or password", ["guessed-pw"]),
            (basic("rest.localhost", "guessed-cs"), "rest.localhost", "wrong secret", ["guessed-cs"]),
            ("Bearer guessed-tk", "bearer token", "unknown token", ["guessed-tk"]),
            ("Bearer old-token-22", "token old", "the token has expired", ["old-token-22"]),
            ("Bearer good-token-1", "token reader", "This token may not send", ["good-token-1"]),
            ("Basic guessed-b64", "", "malformed", ["guessed-b64"]),
            ("guessed-raw", "", "no scheme that is known here, or nothing behind it", ["guessed-raw"]),
            (basic("good-token-1", "x"), "(a secret in the name's place)", "wrong name or password", ["good-token-1"]),
            (basic("some-token-3", ""), "(a name without a password)", "wrong name or password", ["some-token-3"]),
        ]
        for authorization, who, why, _ in cases:
            before = len(self.refusals())
            self.assertIn(self.post(authorization, "/rest?token=in-the-query").status, (401, 403))
            wait_until(lambda: len(self.refusals()) > before, f"a line about {who!r}")
            self.assertEqual(self.refusals()[-1], f'{REFUSED}who="{who}" peer="127.0.0.1" method="POST" '
                                                  f'path="/rest" why="{why}"')
        self.assertEqual(self.post(basic("bob", "builder"), "/rest/metrics", "GET").status, 403)
        self.host.program.wait_for_line(
            r'who="bob@localhost" peer="127.0.0.1" method="GET" path="/rest/metrics" '
            r'why="This needs the right \'admin\'"', source="err")
        self.host.program.stop()
        said = "\n".join(self.host.program.lines()) + self.state()
        for secret in [secret for *_, secrets in cases for secret in secrets] + [
                "in-the-query", "wonder", "builder", self.host.component_secret]:
            self.assertNotIn(secret, said)
            self.assertNotIn(base64.b64encode(secret.encode()).decode().rstrip("="), said)
        for authorization, *_ in cases:
            self.assertNotIn(authorization.split(" ")[-1], said)

    def test_a_flood_is_counted_and_does_not_fill_the_log(self):
        self.start()
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            self.assertEqual(set(threads.map(lambda _: self.post("Basic ?").status, range(300))), {401})

        def told():
            lines = self.refusals()
            counted = [int(found[1]) for found in (re.search(r"(\d+) more, left out", line) for line in lines) if found]
            return len(lines) - len(counted) + sum(counted) == 300
        wait_until(told, "each refusal has a line or is counted in one")
        self.assertLess(len(self.refusals()), 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
