# SPDX-License-Identifier: MIT
"""The server's side of XEP-0114, made for load: logs a component in, sends whole batches, counts what comes back.

Threads: one reader thread for each link; sending is for the test's thread.
Ownership: the server owns its listener, a link its connection.
"""
import hashlib
import re
import socket
import struct
import threading

from support.deadline import DEADLINE, Missed, wait_until

STREAMS = "http://etherx.jabber.org/streams"
ROOT_ATTRIBUTE = re.compile(rb"\s(id|type)=(?:'([^']*)'|\"([^\"]*)\")")
CONDITION = re.compile(rb"<([a-z-]+)[^>]*xmlns=['\"]urn:ietf:params:xml:ns:xmpp-stanzas")
MESSAGE = re.compile(rb"<message\b.*?</message>", re.DOTALL)
REFUSED = b"<resource-constraint"
STREAM_END = b"</stream:stream>"
SEND_BUFFER = 65536
SEND_DEADLINE = 120  # seconds for the component to read a batch; it may have reason to wait


class LinkServer:
    secret = "component-secret"

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Connections inherit it: little of what counts as sent is still on our side when the other end dies.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._listener.setblocking(False)
        self.component_port = self._listener.getsockname()[1]

    def log_in(self, program, counting=False):
        """The link of the program that connects next."""
        def accept():
            if not program.running():
                raise AssertionError("the host has ended\n" + program.transcript())
            return self._listener.accept()
        connection, _ = wait_until(accept, "the component connects")
        return Link(connection, self.secret, counting)

    def forget_callers(self):
        """Drops those who have connected and died since."""
        try:
            while True:
                self._listener.accept()[0].close()
        except BlockingIOError:
            pass

    def close(self):
        self._listener.close()


class Link:
    def __init__(self, connection, secret, counting):
        self._socket = connection
        self._socket.settimeout(DEADLINE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Also for a connection that blocks; with a timeout of Python's own, the reader would have it too.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_DEADLINE, 0))
        self._counting = counting
        self._changed = threading.Condition()
        self._received = b""
        self.errors = {}  # stanza id: the condition that came back for it
        self.refused = 0  # where only counting: errors of one condition
        self._pings = 0
        self._pongs = 0
        header = self._until(b">", b"<stream:stream")
        domain = re.search(rb"to=['\"]([^'\"]+)", header)[1].decode()
        self.send(f"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='{STREAMS}' "
                  f"from='{domain}' id='stream-1'>".encode())
        proof = hashlib.sha1(f"stream-1{secret}".encode()).hexdigest().encode()
        if proof not in self._until(b"</handshake>", b"<handshake"):
            raise AssertionError("the component's handshake is wrong")
        self.domain = domain
        self.send(b"<handshake/>")
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _until(self, end, begin):
        """What has been received up to the first `end` behind `begin`."""
        while True:
            at = self._received.find(begin)
            stop = self._received.find(end, at) if at >= 0 else -1
            if stop >= 0:
                taken, self._received = self._received[:stop + len(end)], self._received[stop + len(end):]
                return taken
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError("the component closed the connection")
            self._received += more

    def send(self, data):
        self._socket.sendall(data)

    def bytes_on_the_way(self):
        """What lies in the sockets at both ends of the link, still to be read by the component."""
        here, there = (f":{end[1]:04X}" for end in (self._socket.getsockname(), self._socket.getpeername()))
        waiting = 0
        with open("/proc/net/tcp", encoding="ascii") as table:
            for line in table:
                _, local, remote, _, queues = line.split()[:5]
                to_send, to_read = (int(number, 16) for number in queues.split(":")) if ":" in queues else (0, 0)
                if local.endswith(here) and remote.endswith(there):
                    waiting += to_send
                if local.endswith(there) and remote.endswith(here):
                    waiting += to_read
        return waiting

    def sent_for_sure(self, data):
        """Whether all of it could be sent before the other side died."""
        try:
            self.send(data)
            return True
        except OSError:
            return False

    def wait_until_taken(self, deadline=DEADLINE * 2):
        """Waits for the answer to a ping, before which every stanza sent so far has been taken or refused."""
        self._pings += 1
        wanted = self._pings
        self.send(f"<iq type='get' from='x.example' to='{self.domain}' id='ping'>"
                  "<ping xmlns='urn:xmpp:ping'/></iq>".encode())
        with self._changed:
            if not self._changed.wait_for(lambda: self._pongs >= wanted, deadline):
                raise Missed(f"no answer to a ping within {deadline:g} s")

    def wait_for_errors(self, condition, what, deadline=DEADLINE):
        with self._changed:
            if not self._changed.wait_for(condition, deadline):
                raise Missed(f"not within {deadline:g} s: {what} ({len(self.errors)} errors, {self.refused} refused)")

    def _read(self):
        kept = self._received
        try:
            while True:
                more = self._socket.recv(1 << 20)
                if not more:
                    return
                kept = self._take(kept + more)
                if more.endswith(STREAM_END):
                    self._socket.sendall(STREAM_END)
                    self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _take(self, text):
        """Notes what has arrived; returns the rest, which belongs to a stanza that is not whole yet."""
        end = text.rfind(b">") + 1
        with self._changed:
            if self._counting:
                self.refused += text.count(REFUSED, 0, end)
            else:
                noted = 0
                for message in MESSAGE.finditer(text):
                    self._note(message[0])
                    noted = message.end()
                begun = text.find(b"<message", noted)
                end = min(end, begun) if begun >= 0 else end
            self._pongs += text.count(b"<iq ", 0, end)
            self._changed.notify_all()
        return text[end:]

    def _note(self, message):
        attributes = {name: one or other for name, one, other in ROOT_ATTRIBUTE.findall(message[:message.index(b">")])}
        if attributes.get(b"type") == b"error":
            condition = CONDITION.search(message)
            self.errors[attributes[b"id"].decode()] = condition[1].decode() if condition else "no condition"

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._reader.join(DEADLINE)
        self._socket.close()
