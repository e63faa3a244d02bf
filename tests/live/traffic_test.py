#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who follows the traffic sees what comes, goes and is delivered, and costs nobody anything.

Threads: the test's thread; the endpoint serves on its own.
Ownership: each test owns its host, its endpoint and its clients.
"""
import hashlib
import http.client
import json
import socket
import unittest

from support.deadline import DEADLINE, wait_until
from support.host import Host, local_mode
from support.played import SANITIZED
from support.rest_client import basic
from support.webhook import Answer, Webhook, XML
from support.xmpp_client import XmppClient
from support.xml_data import body_of

BOT = "bot@rest.localhost"
TOKEN = "a-token-of-somebody-who-steers"
FILLER = "x" * 60000
MOST_GROWTH = 400 if SANITIZED else 24  # MiB, of which the ring has 8; sanitizers keep what was freed


class Follower:
    """Reads the stream line by line; `begin` is the place where it began."""

    def __init__(self, host, after=None, token=None):
        self._connection = http.client.HTTPConnection(host.http, timeout=DEADLINE)
        headers = {"Authorization": f"Bearer {token}" if token else basic(host.domain, host.component_secret)}
        if after:
            headers["Last-Event-ID"] = after
        self._connection.request("GET", "/rest/traffic", headers=headers)
        self.response = self._connection.getresponse()

    def next(self):
        """The next event: its id, its name and its data."""
        fields = {}
        while line := self.response.readline().decode().rstrip("\n"):
            name, _, value = line.partition(":")
            if name:  # else it is a comment
                fields[name] = fields.get(name, "") + value.removeprefix(" ")
        if not fields and self.response.isclosed():
            raise EOFError("the stream has ended")
        if "data" not in fields:
            return self.next()
        return fields["id"], fields["event"], json.loads(fields["data"])

    def until(self, wanted):
        """All events up to the one that is wanted, as (name, data), and its id."""
        events = []
        while True:
            place, name, data = self.next()
            events.append((name, data))
            if wanted(name, data):
                return events, place

    def close(self):
        self._connection.close()
        self.response.close()


class Traffic(unittest.TestCase):
    def setUp(self):
        self.endpoint = Webhook(lambda post: Answer(200, XML, b"<message><body>an answer</body></message>"))
        self.addCleanup(self.endpoint.close)
        self.host = Host(local_mode(), settings=self.settings())
        self.addCleanup(self.host.close)
        self.bob = XmppClient("bob@localhost", "builder", self.host.c2s_address)
        self.addCleanup(self.bob.close)
        self.bob.login()

    def settings(self, **more):
        token = {"name": "steering", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), "rights": ["admin"]}
        return {"rest_callback_url": self.endpoint.url, "rest_tokens": [token], **more}

    def follow(self, **options):
        follower = Follower(self.host, **options)
        self.addCleanup(follower.close)
        self.assertEqual(follower.response.status, 200)
        self.assertEqual(follower.response.getheader("Content-Type"), "text/event-stream")
        return follower

    def send(self, stanza_id, body="Hi"):
        self.bob.send(f"<message to='{BOT}' type='chat' id='{stanza_id}'><body>{body}</body></message>")

    @staticmethod
    def is_answer(name, data):
        return name == "out" and data.get("to", "").startswith("bob@localhost")

    def test_a_round_trip_is_seen_from_end_to_end(self):
        follower = self.follow()
        self.send("1")
        self.assertEqual(body_of(self.bob.next_message()), "an answer")
        events, _ = follower.until(self.is_answer)
        (_, came), (_, delivered), (_, left) = [each for each in events if each[1].get("kind") != "presence"]
        self.assertEqual([name for name, data in events if data.get("kind") != "presence"], ["in", "delivery", "out"])
        self.assertEqual((came["outcome"], came["stanza"]["body"], came["id"]), ("taken", "Hi", "1"))
        self.assertEqual((delivered["outcome"], delivered["status"], delivered["attempt"]), ("delivered", 200, 1))
        self.assertEqual(came["deliveries"], [{"endpoint": delivered["endpoint"], "id": delivered["id"]}])
        self.assertEqual((left["outcome"], left["stanza"]["body"]), ("sent", "an answer"))

    def test_what_is_posted_to_the_host_is_seen_as_it_leaves(self):
        follower = self.follow()
        self.host.rest.post(f"<message to='bob@localhost' from='{BOT}' id='p'><body>posted</body></message>")
        events, _ = follower.until(lambda name, data: name == "out" and data.get("id") == "p")
        self.assertEqual(events[-1][1]["outcome"], "sent")

    def test_who_comes_back_has_no_gap(self):
        follower = self.follow()
        self.send("1")
        _, place = follower.until(self.is_answer)
        follower.close()
        self.send("2")
        self.bob.next_message()
        self.assertEqual(body_of(self.bob.next_message()), "an answer")
        events, _ = self.follow(after=place).until(self.is_answer)
        self.assertEqual([(name, data.get("id")) for name, data in events if name == "in"], [("in", "2")])
        self.assertNotIn("dropped", [name for name, _ in events])

    def test_an_id_of_before_a_restart_is_said_to_be_unknown(self):
        follower = self.follow()
        self.send("1")
        _, place = follower.until(self.is_answer)
        follower.close()
        self.bob.close()
        self.assertEqual(self.host.program.stop(), 0)
        self.host.launch(self.settings())
        self.assertEqual(self.follow(after=place).next()[1:], ("dropped", {"count": None}))

    def test_the_right_admin_alone_sees_heads_and_a_reload_switches_bodies_off(self):
        steering, component = self.follow(token=TOKEN), self.follow()
        self.send("1")
        for follower, whole in ((steering, False), (component, True)):
            events, place = follower.until(self.is_answer)
            self.assertEqual(["stanza" in data for name, data in events if name in ("in", "out")],
                             [whole] * sum(name != "delivery" for name, _ in events))
            self.assertEqual("an answer" in json.dumps(events), whole)
        self.host.reload(self.settings(traffic_bodies=False))
        with self.assertRaises(EOFError):  # who follows comes again, with credentials that hold now
            component.until(self.is_answer)
        component = self.follow(after=place)
        self.send("2")
        events, _ = component.until(self.is_answer)
        self.assertNotIn("an answer", json.dumps(events))

    def test_who_may_not_is_refused(self):
        for client, status in ((self.host.client("bob", "builder"), 403), (self.host.client("bob", "wrong"), 401)):
            self.assertEqual(client.request("GET", "/rest/traffic").status, status)
        head = self.host.rest.request("HEAD", "/rest/traffic")
        self.assertEqual((head.status, head.headers["Content-Type"], head.body), (200, "text/event-stream", b""))
        self.assertEqual(self.host.rest.request("GET", "/rest/traffic?befor=x").status, 400)

    def memory(self):
        with open(f"/proc/{self.host.program.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def test_who_never_reads_costs_the_others_nothing(self):
        follower = self.follow()
        host, port = self.host.http.rsplit(":", 1)
        with socket.socket() as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.connect((host, int(port)))
            silent.sendall((f"GET /rest/traffic HTTP/1.1\r\nHost: x\r\n"
                            f"Authorization: {self.host.rest.authorization}\r\n\r\n").encode())
            before = self.memory()
            for number in range(600):  # 36 MB each way past whoever does not read
                sent = self.host.rest.post(f"<message to='bob@localhost' from='{BOT}' id='{number}'><body>{FILLER}</body>"
                                           "</message>")
                self.assertEqual(sent.status, 202, sent.body)
                self.assertEqual(self.bob.next_message().get("id"), str(number))
                events, _ = follower.until(lambda name, data, last=str(number): name == "out" and data.get("id") == last)
                self.assertNotIn("dropped", [name for name, _ in events])
            self.assertLess(self.memory() - before, MOST_GROWTH << 10)

    def test_a_drain_ends_the_stream(self):
        follower = self.follow()
        self.assertEqual(self.host.program.stop(), 0, self.host.program.transcript())
        with self.assertRaises(EOFError):
            while True:
                follower.next()


if __name__ == "__main__":
    unittest.main()
