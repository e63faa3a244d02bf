# SPDX-License-Identifier: MIT
"""A real XMPP client, slixmpp, behind calls that wait with a deadline.

Threads: slixmpp lives on an event loop in a thread of its own; the methods are for the test's thread and hand
their work to that loop. What arrives is queued for the test.
Ownership: owns its loop and its connection until close().
"""
import asyncio
import logging
import queue
import sys
import threading

from .deadline import DEADLINE, Missed
from .xml_data import local_name

try:
    import slixmpp
    from slixmpp.xmlstream.handler import Callback
    from slixmpp.xmlstream.matcher import MatchXPath
except ImportError:
    print("SKIPPED: slixmpp is missing for this Python; the package is python3-slixmpp", file=sys.stderr)
    sys.exit(77)

logging.getLogger("slixmpp").setLevel(logging.CRITICAL)


class LoginRefused(AssertionError):
    """The server did not accept the credentials."""


class XmppClient:
    def __init__(self, jid, password, address, mechanism=None, resource=None):
        self._inbox = {"message": queue.Queue(), "presence": queue.Queue()}
        self._events = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._arguments = (f"{jid}/{resource}" if resource else jid, password, mechanism)
        self._address = address
        self._stream = None
        self._thread.start()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _begin(self):
        jid, password, mechanism = self._arguments
        stream = slixmpp.ClientXMPP(jid, password, sasl_mech=mechanism)
        stream["feature_mechanisms"].unencrypted_plain = True
        stream["feature_mechanisms"].unencrypted_scram = True  # not allowed by itself since slixmpp 1.10
        stream.register_plugin("xep_0199")  # answers a ping
        for kind, arrived in self._inbox.items():
            # Registered as a handler of raw stanzas: the events of slixmpp sort out some kinds of messages.
            stream.register_handler(Callback(
                f"record {kind}", MatchXPath(f"{{jabber:client}}{kind}"), lambda stanza, to=arrived: to.put(stanza.xml)))
        for event in ("session_start", "failed_all_auth", "disconnected", "connection_failed"):
            stream.add_event_handler(event, lambda _, name=event: self._events.put(name))
        self._stream = stream
        if hasattr(stream, "enable_plaintext"):  # since slixmpp 1.9
            stream.enable_direct_tls = stream.enable_starttls = False
            stream.enable_plaintext = True
            stream.connect(*self._address)
        else:
            stream.connect(self._address, disable_starttls=True)

    def _call(self, function, *arguments):
        """Runs a function on the loop's thread and returns its result."""
        async def run():
            return function(*arguments)
        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(DEADLINE)

    def login(self, initial_presence=True):
        self._call(self._begin)
        try:
            event = self._events.get(timeout=DEADLINE)
        except queue.Empty:
            self.close()
            raise Missed("the login did not end") from None
        if event == "failed_all_auth":
            self.close()
            raise LoginRefused("credentials refused")
        if event != "session_start":
            self.close()
            raise AssertionError(f"the login ended with {event}")
        if initial_presence:
            self.send("<presence xmlns='jabber:client'/>")
            # Any answer will do: a server works off a stream in order, so that from here on it takes the client for
            # available, and keeps no message for later.
            self.query(self._stream.boundjid.domain, "urn:xmpp:ping", "ping")
        return self

    @property
    def jid(self):
        return str(self._stream.boundjid)

    @property
    def bare(self):
        return self._stream.boundjid.bare

    def send(self, xml):
        self._call(self._stream.send_raw, xml)

    def ignore_iqs(self):
        """From now on leaves every iq unanswered."""
        self._call(self._stream.add_filter, "in", lambda stanza: None if isinstance(stanza, slixmpp.Iq) else stanza)

    def query(self, to, namespace, name="query", kind="get"):
        """The element that answers an iq with one empty child; an error stanza is an answer too."""
        async def ask():
            iq = self._stream.make_iq(ito=to, itype=kind)
            iq.append(slixmpp.ET.Element(f"{{{namespace}}}{name}"))
            try:
                return (await iq.send(timeout=DEADLINE)).xml
            except slixmpp.exceptions.IqError as error:
                return error.iq.xml
        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result(DEADLINE + 1)

    def next(self, kind, wanted=lambda element: True, deadline=DEADLINE):
        """The next stanza of this kind that is wanted, as an element; others before it are dropped."""
        while True:
            try:
                element = self._inbox[kind].get(timeout=deadline)
            except queue.Empty:
                raise Missed(f"{self.bare}: no such {kind} for {deadline:g} s") from None
            if wanted(element):
                return element

    def next_message(self, wanted=lambda element: True):
        return self.next("message", wanted)

    def next_presence(self, wanted=lambda element: True):
        return self.next("presence", wanted)

    def wait_disconnected(self):
        while self._events.get(timeout=DEADLINE) != "disconnected":
            pass

    def close(self):
        if not self._thread.is_alive():
            return

        async def leave():
            if self._stream:
                await self._stream.disconnect(wait=2.0)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(leave(), self._loop).result(DEADLINE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()


def error_condition(element):
    """The name of the condition in a stanza of type error, or None."""
    for child in element:
        if local_name(child.tag) == "error":
            for condition in child:
                if condition.tag.startswith("{urn:ietf:params:xml:ns:xmpp-stanzas}"):
                    return condition.tag.split("}")[1]
    return None
