# SPDX-License-Identifier: MIT
"""One Prosody with two components: mod_rest, and the plugin inside. What each of them does is done by the same thread, whose
time is told; and a chat client of that Prosody.

Threads: for the part's thread. Ownership: as rivals.py says; a client owns its connection until close().
"""
import base64
import os
import re
import socket
import time

from peer import PEOPLE, Peer
from rivals import ModRest
from support.deadline import DEADLINE, wait_until
from support.process import accepts, free_ports

INSIDE = "inside.localhost"  # whose messages the plugin takes
DOMAINS = [PEOPLE, *(f"people{number}.localhost" for number in range(2, 5))]
SECTION = """
Component "{domain}" "restanza"
  component_secret = "{secret}"
  restanza_plugin = "{library}"
  restanza_http_ports = {{ {port} }}
"""


class Both(ModRest):
    def __init__(self, settings=None):
        self.inside_port, = free_ports(1)
        own = SECTION.format(domain=INSIDE, secret=self.password, library=os.environ["RESTANZA_PLUGIN"], port=self.inside_port)
        own += "".join(f'  {name} = "{value}"\n' for name, value in (settings or {}).items())
        super().__init__(settings, DOMAINS, os.environ["PROSODY_MODULE_DIR"], own)
        wait_until(lambda: accepts(self.inside_port), "the plugin serves")

    @property
    def pid(self):
        return self._program.pid

    def thread_time(self):
        """Seconds of processor time of Prosody's own thread, which is the first of its process."""
        with open(f"/proc/{self.pid}/task/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def chat_client(self, user="alice"):
        return ChatClient(self.c2s_port, user, self._accounts[user])


class Crowded:
    """People of several components who all write. Prosody reads 8 KiB of a connection, and then sleeps for a millisecond
    before it reads more of it: one connection would leave its thread idle."""

    def __init__(self, server):
        self._peers = [(domain, Peer(server, domain)) for domain in DOMAINS]

    def begin_push(self, count, to):
        for number, (domain, peer) in enumerate(self._peers):
            peer.begin_push((count + number) // len(self._peers), domain, to)

    def end_push(self):
        for _, peer in self._peers:
            peer.end_push()

    @property
    def first(self):
        """Who answers what is asked, and takes what is sent."""
        return self._peers[0][1]

    def close(self):
        for _, peer in self._peers:
            peer.close()


class ChatClient:
    """Writes to itself, and waits for what it has written."""
    HEAD = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>"

    def __init__(self, port, user, password):
        self._socket = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self._ask(self.HEAD, "</stream:features>")
        self._ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", "<success")
        self._ask(self.HEAD, "</stream:features>")
        bound = self._ask("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>")
        self._message = f"<message to='{re.search('<jid>(.+)</jid>', bound)[1]}' type='chat'><body>Hi</body></message>"

    def _ask(self, text, until):
        self._socket.sendall(text.encode())
        received = ""
        while until not in received:
            more = self._socket.recv(65536)
            if not more:
                raise AssertionError(f"Prosody closed the stream after {received}")
            received += more.decode()
        return received

    def round_trips(self, seconds, every):
        """How long each took, in milliseconds."""
        took = []
        begin = due = time.monotonic()
        while due < begin + seconds:
            time.sleep(max(0, due - time.monotonic()))
            sent = time.monotonic()
            self._ask(self._message, "</message>")
            took.append((time.monotonic() - sent) * 1e3)
            due = max(due + every, time.monotonic())
        return took

    def close(self):
        self._socket.close()
