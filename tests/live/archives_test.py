#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Questions to archives (XEP-0313), two of them at the same time: each caller gets what the archive answered to it.

Threads: the test's thread, and one for each request that waits.
Ownership: each test owns its server and its host.
"""
import concurrent.futures
import json
import unittest

from support.linked import start_linked

ROOM = "room@muc.example.org"
MAM = "urn:xmpp:mam:2"
QUESTION = f"<iq type='set' from='bot@rest.localhost' to='{ROOM}'><query xmlns='{MAM}' queryid='mine'/></iq>"
JSON = "application/json"
UNKNOWN = "lost"  # an id that the archive does not know


class Archives(unittest.TestCase):
    def setUp(self):
        start_linked(self)
        self.threads = concurrent.futures.ThreadPoolExecutor(2)
        self.addCleanup(self.threads.shutdown)

    def begin(self, ask):
        """A request that waits for its answer, and the iq that the archive gets for it."""
        waiting = self.threads.submit(ask)
        return waiting, self.server.next_stanza()

    def send_message(self, iq, text):
        """As an archive answers: with the id that the query has, if it has one."""
        query_id = iq[0].get("queryid")
        named = f" queryid='{query_id}'" if query_id else ""
        self.server.send_raw(
            f"<message from='{ROOM}' to='{iq.get('from')}'><result xmlns='{MAM}' id='{text}'{named}>"
            f"<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>{text}</body></message>"
            "</forwarded></result></message>")

    def send_end(self, iq):
        self.server.send_raw(f"<iq type='result' id='{iq.get('id')}' from='{ROOM}' to='{iq.get('from')}'>"
                             f"<fin xmlns='{MAM}'/></iq>")

    def answered(self, ask):
        """The answers to two that ask at the same time, whose messages come mixed."""
        (one, to_one), (two, to_two) = self.begin(ask), self.begin(ask)
        self.send_message(to_two, "for the second")
        self.send_message(to_one, "for the first")
        self.send_message(to_two, "for the second too")
        self.send_end(to_one)
        self.send_end(to_two)
        answers = [each.result() for each in (one, two)]
        self.assertEqual([each.status for each in answers], [200, 200], answers)
        return [each.body.decode() for each in answers]

    def assert_not_mixed(self, bodies):
        self.assertEqual([(body.count("<body>") or body.count('"body"'), "for the first" in body,
                           "for the second too" in body) for body in bodies],
                         [(1, True, False), (2, False, True)], bodies)

    def test_two_questions_at_once_are_answered_with_the_messages_of_each(self):
        self.assert_not_mixed(self.answered(lambda: self.host.rest.request("GET", f"/rest/archive/{ROOM}?max=5")))

    def test_two_with_the_same_id_are_too_and_get_the_id_back_that_they_gave(self):
        bodies = self.answered(lambda: self.host.rest.post(QUESTION))
        self.assert_not_mixed(bodies)
        for body in bodies:
            self.assertEqual(body.count("queryid='mine'") + body.count('queryid="mine"'), body.count("<body>"), body)

    def test_of_an_id_that_the_archive_does_not_know_the_caller_gets_its_error_and_no_page(self):
        asked = [{"after": UNKNOWN, "max": 2}, {"page": {"after": UNKNOWN}, "max": 2}]
        ways = [lambda: self.host.rest.request("GET", f"/rest/archive/{ROOM}?after={UNKNOWN}&max=2", accept=JSON)]
        ways += [lambda each=each: self.host.rest.request(
            "POST", "/rest", json.dumps({"kind": "iq", "to": ROOM, "archive": each}), JSON, JSON) for each in asked]
        for ask in ways:
            waiting, iq = self.begin(ask)
            self.assertEqual([each.text for each in iq.iter("{http://jabber.org/protocol/rsm}after")], [UNKNOWN])
            self.server.send_raw(f"<iq type='error' id='{iq.get('id')}' from='{ROOM}' to='{iq.get('from')}'>"
                                 "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                                 "</error></iq>")
            answer = json.loads(waiting.result().body)
            self.assertEqual((answer["type"], answer["error"]["condition"]), ("error", "item-not-found"))
        # A page that says nothing of where it begins would be the first one.
        refused = self.host.rest.request("POST", "/rest", json.dumps(
            {"kind": "iq", "to": ROOM, "archive": {"page": UNKNOWN, "max": 2}}), JSON)
        self.assertEqual(refused.status, 422, refused.body)


if __name__ == "__main__":
    unittest.main(verbosity=2)
