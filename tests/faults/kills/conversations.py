# SPDX-License-Identifier: MIT
"""Real clients of a real server, who send to a bot at a component, and what comes back to them.

Threads: one that sends, besides those of the clients; the methods are for the thread of the scenario.
Ownership: owns the clients until close().
"""
import contextlib
import re
import threading

from ledger import DOMAIN
from support.deadline import Missed, wait_until
from support.xml_data import body_of
from support.xmpp_client import XmppClient

from .reading import Broken

LULL = 0.2  # seconds between the sends: more than the bot keeps up with while it is killed
BESIDE = 10  # messages for another consumer, with each of those for the bot
ANSWER = re.compile(r"You said: (\d+)-(\d+)")


class Conversations:
    def __init__(self, server, accounts, readings):
        self._readings = readings
        self._clients = [XmppClient(f"{user}@{server.domain}", password, ("127.0.0.1", server.c2s_port)).login()
                         for user, password in accounts.items()]
        self._enough = threading.Event()
        self._failure = None
        self._up = None
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self):
        try:
            while not self._enough.wait(LULL):  # the rate is the load
                for each, client in enumerate(self._clients):
                    number = self._readings.sent[each] + 1
                    client.send(f"<message to='bot@{DOMAIN}' type='chat' id='{number}'><body>{each}-{number}</body></message>" +
                                f"<message to='other@{DOMAIN}' type='chat' id='beside'><body>Hi</body></message>" * BESIDE)
                    self._readings.sent[each] = number
        except Exception as error:
            self._failure = error

    def stop(self):
        """Nothing more is sent."""
        self._enough.set()
        self._thread.join()
        if self._failure:
            raise self._failure

    def ping(self):
        """Returns once the component has taken what was sent before, and what it sent before has come."""
        for client in self._clients:
            if client.query(DOMAIN, "urn:xmpp:ping", "ping").get("type") != "result":
                raise AssertionError("the component did not answer a ping")

    def wait_until_up(self, host):
        """Until the host is there for the server; what is sent from then on reaches this life of it, or nobody."""
        if not host.rest:
            host.wait_ready()
        wait_until(lambda: host.rest.health() == 200, "the component has logged in")
        self._up = list(self._readings.sent)

    def wait_until_held(self, host):
        """Until the host holds durably what has been sent since it was up, or the server has returned it."""
        sent = list(self._readings.sent)
        self.ping()
        response = host.rest.request("GET", "/rest/deliveries")  # sees all that was taken before, so it is committed
        if response.status != 200:
            raise AssertionError(f"{response.status} for the deliveries: {response.body}")
        self._readings.note_held(self._up, sent)

    def collect(self):
        """Notes what has come to the clients."""
        for each, client in enumerate(self._clients):
            with contextlib.suppress(Missed):
                while True:
                    self._note(each, client.next("message", deadline=0))

    def _note(self, each, message):
        if message.get("type") == "error":
            if message.get("id") != "beside":
                self._readings.returned.add((each, int(message.get("id"))))
            return
        conversation, number = map(int, ANSWER.fullmatch(body_of(message)).groups())
        if conversation != each:
            raise Broken(f"{(conversation, number)} was answered to conversation {each}")
        self._readings.note_answer(conversation, number)

    def close(self):
        self._enough.set()
        for client in self._clients:
            client.close()
