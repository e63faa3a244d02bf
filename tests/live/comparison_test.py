#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the README's comparison says of mod_rest and of ejabberd's HTTP interface, seen on both; what it says of
Restanza is in tests of its own. How mod_rest answers in each case is compared by side_by_side.py.

Threads: the test's thread, besides those of the support package.
Ownership: each class owns its server and its components.
"""
import os
import sys
import threading
import unittest

from support.deadline import DEADLINE
from support.servers.ejabberd_api import EjabberdApi
from support.servers.mod_rest import TwinProsody, Unavailable, plugins_with_mod_rest
from support.process import free_ports
from support.raw_component import RawComponent
from support.rest_client import RestClient
from support.webhook import NOTHING, Webhook
from support.xml_data import parse

PEOPLE = "people.localhost"
PING = f"<iq type='get' id='p1' from='bot@localhost' to='bot@{PEOPLE}'><ping xmlns='urn:xmpp:ping'/></iq>"
MESSAGE = f"<message type='chat' id='{{}}' from='{{}}' to='{{}}@{PEOPLE}'><body>Hi</body></message>"


def pong(iq):
    return f"<iq type='result' id='{iq.get('id')}' from='{iq.get('to')}' to='{iq.get('from')}'/>"


def arrived(component, wanted):
    """The ids of messages up to the one that is sent last."""
    return [stanza.get("id") for stanza in component.until(lambda each: each.get("id") == "last")
            if stanza.get("id") == wanted]


class AnEjabberdsSendStanza(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if EjabberdApi.missing():
            raise unittest.SkipTest(f"the package {EjabberdApi.missing()} is missing")
        cls.server = EjabberdApi(PEOPLE)
        cls.addClassCleanup(cls.server.close)
        cls.people = RawComponent(cls.server.component_port, PEOPLE, cls.server.secret, pong)
        cls.addClassCleanup(cls.people.close)

    def send(self, stanza):
        sent = parse(stanza)
        return self.server.call("send_stanza", **{"from": sent.get("from"), "to": sent.get("to"), "stanza": stanza})

    def test_it_does_not_answer_with_the_answer_to_an_iq(self):
        self.assertEqual(self.send(PING), (200, 0))
        self.people.until(lambda stanza: stanza.get("id") == "p1")

    def test_it_sends_twice_what_is_posted_twice(self):
        for stanza_id in ("m1", "m1", "last"):
            self.assertEqual(self.send(MESSAGE.format(stanza_id, "bot@localhost", "bob")), (200, 0))
        self.assertEqual(arrived(self.people, "m1"), ["m1", "m1"])


class AModRest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if TwinProsody.missing():
            raise unittest.SkipTest(f"the package {TwinProsody.missing()} is missing")
        directory = os.environ.get("MOD_REST_DIR", os.path.expanduser("~/.cache/restanza/prosody-modules"))
        try:
            plugins = plugins_with_mod_rest(directory)
        except Unavailable as why:
            raise unittest.SkipTest(str(why)) from None
        cls.answer = NOTHING
        cls.webhook = Webhook(lambda post: cls.answer(post) if callable(cls.answer) else cls.answer)
        cls.addClassCleanup(cls.webhook.close)
        nobody, = free_ports(1)
        cls.server = TwinProsody({"rest.localhost": {"rest_callback_url": cls.webhook.url},
                                  "down.localhost": {"rest_callback_url": f"http://127.0.0.1:{nobody}/"}}, [PEOPLE], plugins)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.people = RawComponent(cls.server.component_port, PEOPLE, cls.server.secret, pong)
        cls.addClassCleanup(cls.people.close)

    def message(self, stanza_id, to):
        self.people.send(f"<message type='chat' id='{stanza_id}' from='bob@{PEOPLE}' to='{to}'><body>Hi</body></message>")

    def test_it_sends_twice_what_is_posted_twice_with_one_key(self):
        rest = RestClient(f"127.0.0.1:{self.server.http_port}", "", "")
        rest.authorization = self.server.authorization("rest.localhost")
        for stanza_id in ("m1", "m1", "last"):
            posted = rest.post(MESSAGE.format(stanza_id, "rest.localhost", "bob"), host="rest.localhost", idempotency_key=stanza_id)
            self.assertEqual(posted.status, 202)
        self.assertEqual(arrived(self.people, "m1"), ["m1", "m1"])

    def test_its_posts_have_neither_an_id_nor_a_signature(self):
        self.message("m2", "bot@rest.localhost")
        names = [name.lower() for name in self.webhook.next_post().headers]
        self.assertEqual([name for name in names if name.startswith("webhook-")], [])

    def test_it_bounces_a_message_whose_endpoint_is_down(self):
        self.message("m3", "bot@down.localhost")
        error = self.people.next(DEADLINE)
        self.assertEqual((error.get("id"), error.get("type")), ("m3", "error"))

    def test_it_posts_the_second_message_of_a_conversation_before_the_first_is_answered(self):
        both = threading.Barrier(2)

        def when_both_are_here(_):
            both.wait(DEADLINE)
            return NOTHING
        type(self).answer = staticmethod(when_both_are_here)
        try:
            for stanza_id in ("m4", "m5"):
                self.message(stanza_id, "bot@rest.localhost")
            for _ in range(2):
                self.webhook.next_post()
        finally:
            type(self).answer = NOTHING


if __name__ == "__main__":
    program = unittest.main(verbosity=2, exit=False)
    skipped = program.result.skipped
    for _, why in skipped:
        print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(1 if not program.result.wasSuccessful() else 77 if skipped else 0)
