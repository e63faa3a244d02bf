#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Many stanzas in one request: what a real client receives, what is answered and when, and what ends a batch.

Threads: the test's thread.
Ownership: each test owns its host, its client and its connections.
"""
import json
import signal
import socket
import time
import unittest
import uuid

from support.deadline import DEADLINE
from support.host import Host, local_mode
from support.rest_client import basic
from support.xml_data import body_of
from support.xmpp_client import XmppClient

LINES = "application/x-ndjson"
BOT = "bot@rest.localhost"
PING = {"kind": "iq", "type": "get", "to": "localhost", "ping": True}
QUIET = 1.0  # seconds without room in the socket


def message(text, **more):
    return {"kind": "message", "type": "chat", "from": BOT, "to": "bob@localhost", "body": text, **more}


def lines(*stanzas):
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in stanzas)


def parsed(body):
    return [json.loads(line) for line in body.splitlines()]


class Streamed:
    """A batch on a connection of the test's own, whose lines it sends and whose answers it reads as it likes."""
    def __init__(self, test, path="/rest", user="rest.localhost", password="rest-secret"):
        host, _, port = test.host.http.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), DEADLINE)
        test.addCleanup(self.socket.close)
        self.input = self.socket.makefile("rb")
        self.socket.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {LINES}\r\nTransfer-Encoding: chunked\r\n"
                            f"Authorization: {basic(user, password)}\r\n\r\n".encode())

    def send(self, *stanzas):
        data = lines(*stanzas).encode()
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self):
        self.socket.sendall(b"0\r\n\r\n")

    def head(self):
        """The status; all lines of the head are read."""
        status = int(self.input.readline().split()[1])
        while self.input.readline().strip():
            pass
        return status

    def answers(self):
        """Answer lines of one chunk; none at the end of the answer."""
        size = int(self.input.readline(), 16)
        data = self.input.read(size + 2)[:-2]
        return parsed(data)

    def all_answers(self):
        found = []
        while more := self.answers():
            found += more
        return found


class Batches(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.host = Host(local_mode(), settings=self.settings)
        self.addCleanup(self.host.close)
        self.bob = XmppClient("bob@localhost", "builder", self.host.c2s_address)
        self.addCleanup(self.bob.close)
        self.bob.login()

    def post(self, body, status=200, query="", **headers):
        response = self.host.rest.request("POST", "/rest" + query, body, LINES,
                                          headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.assertEqual(response.status, status, response.body)
        return response

    def received(self, count):
        return [body_of(self.bob.next_message()) for _ in range(count)]

    def test_all_are_sent_in_order_and_each_is_answered(self):
        texts = [str(number) for number in range(1000)]
        answers = parsed(self.post(lines(*(message(text, id=text) for text in texts))).body)
        self.assertEqual(answers, [{"number": 1 + int(text), "status": 202, "id": text} for text in texts])
        self.assertEqual(self.received(1000), texts)

    def test_a_wrong_line_costs_only_itself(self):
        body = lines(message("1"), "", "{broken", message(7), {"kind": "message", "from": "eve@elsewhere", "to": "bob@localhost"},
                     message("2"))
        response = self.post(body)
        self.assertEqual(response.headers["Content-Type"], LINES)
        answers = parsed(response.body)
        self.assertEqual([(each["number"], each["status"]) for each in answers],
                         [(1, 202), (2, 400), (3, 422), (4, 403), (5, 202)])
        self.assertEqual(answers[2]["error"]["text"], "/body: must be a string")
        self.assertEqual(self.received(2), ["1", "2"])

    def test_the_line_of_an_iq_is_its_answer(self):
        answers = parsed(self.post(lines({**PING, "id": "p", "from": BOT}, message("1"), {**PING, "to": "bob@nowhere.invalid/x"})).body)
        self.assertEqual({each["number"] for each in answers}, {1, 2, 3})
        ping = next(each for each in answers if each["number"] == 1)
        self.assertEqual((ping["status"], ping["id"], ping["stanza"]["type"]), (200, "p", "result"))

    def test_each_is_answered_as_it_becomes_known_and_not_at_the_end(self):
        batch = Streamed(self)
        batch.send(message("1"))
        self.assertEqual(batch.head(), 200)
        self.assertEqual([each["status"] for each in batch.answers()], [202])
        self.assertEqual(self.received(1), ["1"])
        batch.send(message("2"), "{")
        self.assertEqual([each["status"] for each in batch.answers()], [202, 400])
        batch.end()
        self.assertEqual(batch.answers(), [])
        self.assertEqual(self.received(1), ["2"])

    def test_a_line_may_be_as_long_as_a_request_and_one_byte_more_costs_only_itself(self):
        most = 196608
        long = json.dumps(message(""))
        fits = json.dumps(message("x" * (most - len(long))))
        self.assertEqual(len(fits), most)
        answers = parsed(self.post(lines(fits, fits[:-2] + 'y"}', message("2"))).body)
        self.assertEqual([each["status"] for each in answers], [202, 413, 202])
        self.assertEqual([len(text) for text in self.received(2)], [most - len(long), 1])

    def test_a_client_that_reads_nothing_is_stopped_and_may_go_on(self):
        batch = Streamed(self)
        block = lines(*["{"] * 4096).encode()  # each is answered at length
        chunk = b"%x\r\n%s\r\n" % (len(block), block)
        batch.socket.settimeout(QUIET)
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 1 << 30:
                sent += batch.socket.send(chunk[sent % len(chunk):])
        batch.socket.settimeout(DEADLINE)
        # What was sent is read on as the answers are.
        self.assertEqual(batch.head(), 200)
        number = 0
        for each in (each for _ in range(1000) for each in batch.answers()):
            number += 1
            self.assertEqual((each["number"], each["status"]), (number, 400))
            if number == 4096:
                break

    def test_what_was_answered_202_before_the_end_of_the_host_was_sent(self):
        batch = Streamed(self)
        texts = [str(number) for number in range(500)]
        batch.send(*(message(text) for text in texts))
        self.assertEqual(batch.head(), 200)
        answers = batch.answers()
        self.host.program.signal(signal.SIGTERM)
        answers += batch.all_answers()
        accepted = [each for each in answers if each["status"] == 202]
        self.assertEqual([each["number"] for each in accepted], list(range(1, len(accepted) + 1)))
        self.assertEqual((answers[-1]["status"], answers[-1]["ended"]), (503, True))
        self.assertEqual(self.received(len(accepted)), texts[:len(accepted)])

    def test_who_may_not_send_this_sends_nothing(self):
        bob = self.host.client("bob", "builder")
        response = bob.request("POST", "/rest", lines({"to": "bob@localhost", "body": "mine"}, message("not mine")), LINES)
        self.assertEqual([each["status"] for each in parsed(response.body)], [202, 403])
        self.assertEqual(self.received(1), ["mine"])
        refused = self.host.client("bob", "wrong").request("POST", "/rest", lines(message("1")), LINES)
        self.assertEqual(refused.status, 401)

    def test_all_or_nothing(self):
        wrong = json.loads(self.post(lines(message("1"), message(7)), 422, "?atomic=true").body)
        self.assertIn("Stanza 2 is wrong, and none is sent", wrong["error"]["text"])
        self.post(lines(*[message("1")] * 1001), 413, "?atomic=true")
        self.post(lines(message("x" * (1 << 17))) * 9, 413, "?atomic=true")
        answers = parsed(self.post(lines(*[message("2")] * 1000), query="?atomic=true").body)
        self.assertEqual([each["status"] for each in answers], [202] * 1000)
        self.assertEqual(self.received(1000), ["2"] * 1000)

    def test_with_a_key_it_is_sent_once_and_answered_twice(self):
        key = str(uuid.uuid4())
        body = lines(message("1"), "{", message("2"))
        first = self.post(body, Idempotency_Key=key)
        again = self.post(body, Idempotency_Key=key)
        self.assertEqual(first.body, again.body)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.post(lines(*[message("1")] * 1001), 413, Idempotency_Key=str(uuid.uuid4()))
        self.post(lines(message("3")))
        self.assertEqual(self.received(3), ["1", "2", "3"])


class Limited(unittest.TestCase):
    def test_each_stanza_counts_and_the_batch_waits_for_its_turn(self):
        host = Host(local_mode(), settings={"rest_rate_limit": 4000})
        self.addCleanup(host.close)
        started = time.monotonic()
        response = host.rest.request("POST", "/rest", lines(*[message("x")] * 12000), LINES)
        self.assertEqual({each["status"] for each in parsed(response.body)}, {202})
        self.assertGreater(time.monotonic() - started, 1.9)  # 4000 at once, the others at the rate


if __name__ == "__main__":
    unittest.main(verbosity=2)
