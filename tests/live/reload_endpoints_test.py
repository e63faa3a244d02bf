#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Endpoints of rest_callbacks that are added, changed and removed with SIGHUP: what comes, what waits and what is
under way at that moment is delivered once, in order within a conversation.

Threads: the test's thread, besides those of the support package.
Ownership: each test owns its server, its endpoints and its host.
"""
import collections
import json
import threading
import unittest

from support.component_server import ComponentServer
from support.deadline import Missed, wait_until
from support.host import Host, component_of
from support.linked import log_in
from support.webhook import NOTHING, XML, Answer, Webhook
from support.xml_data import body_of, local_name, parse

BOT = "bot@rest.localhost"
ALICE, CAROL, CLOCK = "alice@example.org/r", "carol@example.org/r", "clock@example.org/r"  # one conversation each
LONG = 600  # seconds: no answer that a test holds comes too late
UNAVAILABLE = Answer(503, None, b"")

# `what` an endpoint did with the stanza of that id: it "gets" it, and then "answers" or "refuses" it.
Event = collections.namedtuple("Event", "endpoint what id webhook_id")


class Endpoint:
    """Notes what it does in a list that several share, so that all of it has one order; answers a message with its
    own title and the message's id."""

    def __init__(self, title, events):
        self.title, self.events = title, events
        self.down = False  # it refuses everything
        self.refuses_once = set()  # ids
        self._held = {}  # id: what lets its answer go
        self._webhook = Webhook(self._answer)
        self.url = self._webhook.url
        self.close = self._webhook.close

    def hold(self, stanza_id):
        self._held[stanza_id] = threading.Event()

    def let_go(self, *ids):
        for each in ids or self._held:
            self._held[each].set()

    def _answer(self, post):
        stanza = parse(post.body)
        stanza_id, webhook_id = stanza.get("id"), post.headers["webhook-id"]
        self.events.append(Event(self.title, "gets", stanza_id, webhook_id))
        if stanza_id in self._held:
            self._held[stanza_id].wait(LONG)
        refused = self.down or stanza_id in self.refuses_once
        self.refuses_once.discard(stanza_id)
        self.events.append(Event(self.title, "refuses" if refused else "answers", stanza_id, webhook_id))
        if refused:
            return UNAVAILABLE
        if local_name(stanza.tag) != "message":
            return NOTHING
        return Answer(200, XML, f"<message><body>{self.title}: {stanza_id}</body></message>".encode())


class Reloading(unittest.TestCase):
    def setUp(self):
        self.events = []
        self.endpoints = []
        self.server = ComponentServer()
        self.addCleanup(self.server.close)

    def endpoint(self, title):
        endpoint = Endpoint(title, self.events)
        self.addCleanup(endpoint.close)
        self.endpoints.append(endpoint)
        return endpoint

    def start(self, *callbacks):
        self.host = Host(component_of(self.server), settings={"rest_callbacks": list(callbacks)}, wait_ready=False)
        self.addCleanup(self.host.close)
        self.addCleanup(lambda: self.server.close())
        # A test that fails lets the program end nevertheless.
        self.addCleanup(lambda: [each.let_go() for each in self.endpoints])
        log_in(self)

    def reload(self, *callbacks):
        said = self.host.reload({"rest_callbacks": list(callbacks)})
        self.assertRegex(said, r"reloaded: 1 plugins; new settings for rest\.localhost")

    def send(self, *ids, sender=ALICE):
        for each in ids:
            self.server.send_raw(f"<message from='{sender}' to='{BOT}' id='{each}' type='chat'><body>{each}</body>"
                                 "</message>")

    def ask(self, stanza_id, sender=ALICE):
        self.server.send_raw(f"<iq from='{sender}' to='{BOT}' id='{stanza_id}' type='get'>"
                             "<query xmlns='urn:example:question'/></iq>")

    def wait_for(self, endpoint, what, stanza_id):
        """Until the endpoint has done that with the stanza; the webhook-id."""
        def found():
            return next((each for each in list(self.events) if each[:3] == (endpoint.title, what, stanza_id)), None)
        try:
            return wait_until(found, f"{endpoint.title} {what} {stanza_id}").webhook_id
        except Missed as missed:
            raise Missed("\n".join([str(missed), *map(str, self.events), self.host.program.transcript()])) from None

    def happened(self, *ids):
        """What was done with these stanzas, in order, by whichever endpoint."""
        return [f"{each.endpoint} {each.what} {each.id}" for each in list(self.events) if each.id in ids]

    def answered(self, endpoint):
        """The ids of what the endpoint has answered, in order."""
        return [each.id for each in list(self.events) if each[:2] == (endpoint.title, "answers")]

    def assert_replies(self, *bodies):
        self.assertEqual([body_of(self.server.next_stanza()) for _ in bodies], list(bodies))

    def asked(self, method, path):
        response = self.host.rest.request(method, "/rest/" + path, accept="application/json")
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def summary(self, name):
        """What GET /rest/deliveries says of the endpoint; None where it has neither settings nor deliveries."""
        return next((each for each in self.asked("GET", "deliveries")["endpoints"] if each["name"] == name), None)

    def wait_for_summary(self, name, **wanted):
        def says():
            summary = self.summary(name)
            return summary is not None and wanted.items() <= summary.items()
        wait_until(says, f"{name} with {wanted}")

    def waiting(self, name):
        """The webhook-ids of what waits for it, in order."""
        return [each["id"] for each in self.asked("GET", f"deliveries?state=waiting&endpoint={name}")["deliveries"]]

    def wait_until_nothing_waits(self, name):
        wait_until(lambda: not self.waiting(name), f"nothing waits for {name}")


def callback(endpoint, name="bot", **more):
    return {"name": name, "url": endpoint.url, "timeout": LONG, "drain_rate": 10000, **more}


class Added(Reloading):
    def test_one_that_is_added_gets_what_comes_from_then_on_while_the_other_goes_on(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        old.hold("one")
        self.start(callback(old, "old"))
        self.send("one")
        self.wait_for(old, "gets", "one")
        self.reload(callback(old, "old"), callback(new, "new"))
        self.send("two")
        self.wait_for(new, "answers", "two")
        self.send("three", sender=CAROL)
        self.wait_for(old, "answers", "three")
        self.wait_for(new, "answers", "three")
        self.assert_replies("old: three")
        old.let_go("one")
        self.wait_for(old, "answers", "two")
        self.assertEqual(self.happened("one"), ["old gets one", "old answers one"])
        self.assertEqual([each for each in self.happened("one", "two") if each.startswith("old")],
                         ["old gets one", "old answers one", "old gets two", "old answers two"])
        self.assertEqual(self.answered(old), ["three", "one", "two"])
        self.assertEqual(self.answered(new), ["two", "three"])
        self.assert_replies("old: one", "old: two")

    def test_one_that_is_added_with_the_mark_answers_from_then_on(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        self.start(callback(old, "old"))
        self.send("one")
        self.assert_replies("old: one")
        self.reload(callback(old, "old"), callback(new, "new", reply=True))
        self.send("two", "three")
        self.assert_replies("new: two", "new: three")


class Removed(Reloading):
    def let_a_retry_come(self, endpoint, stanza_id):
        """For as long as a first retry takes."""
        endpoint.refuses_once.add(stanza_id)
        self.send(stanza_id, sender=CLOCK)
        self.wait_for(endpoint, "refuses", stanza_id)
        self.wait_for(endpoint, "answers", stanza_id)

    def test_one_that_is_removed_gets_nothing_more_and_what_waits_for_it_when_it_is_back(self):
        stays, goes = self.endpoint("stays"), self.endpoint("goes")
        goes.down = True
        self.start(callback(stays, "stays"), callback(goes, "goes"))
        self.send("one", "two")
        tried = self.wait_for(goes, "refuses", "one")
        self.wait_for(stays, "answers", "two")
        wait_until(lambda: len(self.waiting("goes")) == 2, "both wait")
        ids = self.waiting("goes")
        self.assertEqual(ids[0], tried)
        self.reload(callback(stays, "stays"))
        self.wait_for_summary("goes", state="not configured", waiting=2)
        before = [each for each in self.events if each.endpoint == "goes"]
        # Together longer than until its own retry.
        self.let_a_retry_come(stays, "tick")
        self.let_a_retry_come(stays, "tock")
        self.assertEqual([each for each in self.events if each.endpoint == "goes"], before)
        self.assertEqual(self.waiting("goes"), ids)
        goes.down = False
        self.reload(callback(stays, "stays"), callback(goes, "goes"))
        self.send("three")
        for endpoint in (goes, stays):
            self.wait_for(endpoint, "answers", "three")
        self.assertEqual(self.answered(goes), ["one", "two", "three"])
        self.assertEqual([each.webhook_id for each in self.events if each[:2] == ("goes", "answers")][:2], ids)
        self.assertEqual(self.answered(stays), ["one", "two", "tick", "tock", "three"])
        self.wait_for_summary("goes", state="active", waiting=0, dead=0)

    def test_an_iq_that_waits_for_one_that_is_removed_is_answered_all_the_same(self):
        stays, goes = self.endpoint("stays"), self.endpoint("goes")
        goes.hold("under-way")
        self.start(callback(stays, "stays", stanzas=["message"]),
                   callback(goes, "goes", stanzas=["iq"], max_connections=1))
        self.ask("under-way")
        self.wait_for(goes, "gets", "under-way")
        self.ask("waits", sender=CAROL)
        self.send("one")
        self.assert_replies("stays: one")  # the iq before it has been taken
        self.reload(callback(stays, "stays", stanzas=["message"]))
        goes.let_go("under-way")
        answers = [self.server.next_stanza() for _ in range(2)]
        self.assertEqual({each.get("id") for each in answers}, {"under-way", "waits"})
        self.assertEqual([each.get("type") for each in answers if each.get("id") == "under-way"], ["result"])


class Changed(Reloading):
    def test_what_waits_goes_to_the_new_url_in_order_and_under_the_same_ids(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        old.down = True
        self.start(callback(old))
        self.send("a1", "a2", "a3")
        self.send("c1", "c2", sender=CAROL)
        tried = {self.wait_for(old, "refuses", "a1"), self.wait_for(old, "refuses", "c1")}
        wait_until(lambda: len(self.waiting("bot")) == 5, "all wait")
        ids = self.waiting("bot")
        self.assertLessEqual(tried, set(ids))
        self.reload(callback(new))
        self.send("a4")
        for last in ("a4", "c2"):
            self.wait_for(new, "answers", last)
        self.wait_until_nothing_waits("bot")
        for conversation in (["a1", "a2", "a3", "a4"], ["c1", "c2"]):
            seen = [each for each in self.events if each.id in conversation]
            first = next(number for number, each in enumerate(seen) if each.endpoint == "new")
            self.assertEqual({(each.endpoint, each.id) for each in seen[:first]}, {("old", conversation[0])})
            self.assertEqual([f"{each.endpoint} {each.what} {each.id}" for each in seen[first:]],
                             [f"new {what} {each}" for each in conversation for what in ("gets", "answers")])
        id_of = {each.id: each.webhook_id for each in self.events if each[:2] == ("new", "gets")}
        self.assertEqual([id_of[each] for each in ("a1", "a2", "a3", "c1", "c2")], ids)
        self.assertEqual(self.wait_for(old, "refuses", "a1"), id_of["a1"])

    def test_one_that_is_paused_stays_paused(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        self.start(callback(old))
        self.asked("POST", "endpoints/bot/pause")
        self.send("one")
        self.wait_for_summary("bot", waiting=1, state="paused")
        self.reload(callback(new))
        self.send("two")
        self.wait_for_summary("bot", waiting=2, state="paused")
        self.assertEqual(self.events, [])
        self.asked("POST", "endpoints/bot/resume")
        self.wait_for(new, "answers", "two")
        self.assertEqual(self.happened("one", "two"),
                         ["new gets one", "new answers one", "new gets two", "new answers two"])

    def test_a_wrong_setting_is_named_and_everything_goes_on_as_it_was(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        self.start(callback(old))
        wrong = {"timeout": [callback(new, timeout="long")],
                 "url": [callback(new, url="ftp://127.0.0.1/")],
                 "wibble": [callback(old), callback(new, "new", wibble=1)],
                 "name": [callback(new), callback(new)],
                 "ca_file": [callback(old), callback(new, "new", ca_file="/nowhere/ca.pem")]}
        for key, callbacks in wrong.items():
            with self.subTest(key):
                said = self.host.reload({"rest_callbacks": callbacks})
                self.assertRegex(said, rf"SIGHUP: .*rest_callbacks.*{key}")
                self.assertIn("it goes on with its old settings", said)
                self.send(key)
                self.assert_replies(f"old: {key}")
        self.assertEqual(self.answered(old), list(wrong))
        self.assertEqual(self.answered(new), [])
        self.assertEqual([each["name"] for each in self.asked("GET", "endpoints")["endpoints"]], ["bot"])


class UnderWay(Reloading):
    """A request is at an endpoint that takes its time when the settings change."""

    def begin(self, *callbacks, at, name="bot"):
        at.hold("one")
        self.start(*callbacks)
        self.send("one")
        self.wait_for(at, "gets", "one")
        self.send("two")
        wait_until(lambda: len(self.waiting(name)) == 2, "the next message waits behind it")

    def end(self, held, last):
        """Lets the answer go once another conversation shows that the new settings hold."""
        self.send("other", sender=CAROL)
        self.assert_replies(f"{last.title}: other")
        self.assertEqual(self.happened("one", "two"), [f"{held.title} gets one"])
        held.let_go("one")
        self.wait_for(last, "answers", "two")
        self.assertEqual(self.happened("one", "two"),
                         [f"{held.title} gets one", f"{held.title} answers one",
                          f"{last.title} gets two", f"{last.title} answers two"])

    def test_with_another_timeout_its_conversation_goes_on_after_its_answer(self):
        bot = self.endpoint("bot")
        self.begin(callback(bot), at=bot)
        self.reload(callback(bot, timeout=LONG / 2))
        self.end(bot, bot)
        self.assert_replies("bot: one", "bot: two")
        self.wait_until_nothing_waits("bot")

    def test_with_another_url_its_conversation_goes_on_there_after_its_answer(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        self.begin(callback(old), at=old)
        self.reload(callback(new))
        self.end(old, new)
        self.assert_replies("old: one", "new: two")
        self.wait_until_nothing_waits("bot")

    def test_over_several_changes_its_conversation_goes_on_at_the_last_one(self):
        old, between, new = self.endpoint("old"), self.endpoint("between"), self.endpoint("new")
        self.begin(callback(old), at=old)
        self.reload(callback(between))
        self.reload(callback(new))
        self.end(old, new)
        self.assert_replies("old: one", "new: two")
        self.assertEqual(self.answered(between), [])

    def test_at_one_that_is_removed_it_is_answered_and_not_made_again_when_that_is_back(self):
        stays, goes = self.endpoint("stays"), self.endpoint("goes")
        self.begin(callback(stays, "stays"), callback(goes, "goes", reply=True), at=goes, name="goes")
        self.wait_for(stays, "answers", "two")
        self.reload(callback(stays, "stays"))
        goes.let_go("one")
        self.assert_replies("goes: one")
        wait_until(lambda: len(self.waiting("goes")) == 1, "what was answered has left the journal")
        self.assertEqual(self.answered(goes), ["one"])
        self.reload(callback(stays, "stays"), callback(goes, "goes", reply=True))
        self.send("three")
        self.assert_replies("goes: two", "goes: three")
        self.wait_for(stays, "answers", "three")
        self.assertEqual(self.answered(goes), ["one", "two", "three"])
        self.assertEqual(self.answered(stays), ["one", "two", "three"])

    def test_at_one_that_is_removed_and_back_before_its_answer_it_is_not_made_again(self):
        stays, goes = self.endpoint("stays"), self.endpoint("goes")
        self.begin(callback(stays, "stays", stanzas=["presence"]), callback(goes, "goes"), at=goes, name="goes")
        self.reload(callback(stays, "stays", stanzas=["presence"]))
        self.reload(callback(stays, "stays", stanzas=["presence"]), callback(goes, "goes"))
        self.end(goes, goes)
        self.assert_replies("goes: one", "goes: two")
        self.wait_until_nothing_waits("goes")

    def test_an_iq_gets_its_answer_and_so_does_one_that_waits_behind_it(self):
        old, new = self.endpoint("old"), self.endpoint("new")
        old.hold("first")
        self.start(callback(old, max_connections=1))
        self.ask("first")
        self.wait_for(old, "gets", "first")
        self.ask("second", sender=CAROL)
        self.reload(callback(new))
        old.let_go("first")
        answers = [self.server.next_stanza() for _ in range(2)]
        self.assertEqual({(each.get("id"), each.get("type")) for each in answers},
                         {("first", "result"), ("second", "result")})
        self.assertEqual(self.happened("first"), ["old gets first", "old answers first"])
        self.assertEqual(len(self.happened("second")), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
