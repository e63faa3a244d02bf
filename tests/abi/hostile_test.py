#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""restanza-host with plugins that misuse it, each beside a sound one that must not notice.

Each hostile plugin is loaded into the running host, misbehaves, and is unloaded again; the log names it and what
it did, and restanza goes on answering.

Threads: the test's thread, besides those of the support package.
Ownership: the class owns one host for all its tests; each test takes its plugin out again.
"""
import os
import re
import shutil
import tempfile
import threading
import unittest

from reloading_host import DOMAIN, ECHO, SECRET, ReloadingHost, entry

LIBRARIES = os.environ["HOSTILE_PLUGINS"]
HOSTILE = "hostile.localhost"
PING = "<iq type='get' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"
RESTANZA = entry(os.environ["RESTANZA_SO"], settings={"component_secret": SECRET})


def library(name):
    return f"{LIBRARIES}/hostile-{name}.so"


class Hostile(unittest.TestCase):
    """What each test does: load the plugin, let it misbehave, look for the line, unload it."""

    @classmethod
    def setUpClass(cls):
        cls.host = ReloadingHost(RESTANZA).wait_ready()
        cls.addClassCleanup(cls.host.close)

    def load(self, name):
        """Loads it beside restanza; gives the lines of the log about that."""
        self.name, self.addition = name, entry(library(name), HOSTILE, prefix="/hostile")
        self.addCleanup(self.goes_on)
        self.since = len(self.host.program.lines("err"))
        said = self.host.reload(RESTANZA, self.addition)
        self.assertIn(f"loaded {HOSTILE}", said)

    def unload(self):
        said = self.host.reload(RESTANZA)
        self.goes_on()
        return said

    def request(self):
        return self.host.rest.request("GET", "/hostile", authorized=False)

    def send(self):
        """A stanza for its hook, by way of restanza."""
        response = self.host.rest.post(f"<message to='{HOSTILE}' from='bot@{DOMAIN}'/>")
        self.assertEqual(response.status, 202, response.body)

    def named(self, misuse, level="plugin bug: "):
        self.host.said(f"{level}{self.name}@{HOSTILE}: .*{misuse}", self.since)

    def goes_on(self):
        """The other plugin has noticed nothing."""
        rest = self.host.rest
        response = rest.request("POST", "/rest/echo", ECHO, "application/xmpp+xml", "application/xmpp+xml")
        self.assertEqual((response.status, b"still here" in response.body), (200, True), response)
        self.assertEqual(rest.answer(PING.format("localhost")).get("type"), "result")


class NotLoaded(Hostile):
    """Libraries that are refused: the re-read configuration changes nothing."""

    def test_each_is_refused_with_its_path_and_the_reason(self):
        for name, reason in (("no_symbol", "lacks the symbol xp_plugin_entry_v1"),
                             ("null_descriptor", "has no descriptor"),
                             ("short_size", "descriptor that is shorter than version 1.0"),
                             ("future_minor", r"needs a newer host \(minor version 2\)")):
            with self.subTest(name=name):
                said = self.host.reload(RESTANZA, entry(library(name), HOSTILE, prefix="/hostile"))
                self.assertRegex(said, f"the plugin '{re.escape(library(name))}' .*{reason}; nothing was changed")
                self.assertEqual(self.request().status, 404)
                self.goes_on()


class Exchanges(Hostile):
    def test_one_that_is_never_completed_ends_with_500_when_the_plugin_goes(self):
        self.load("never_completes")
        answers = []
        client = threading.Thread(target=lambda: answers.append(self.request().status))
        client.start()
        self.named("an exchange is parked", level="")
        self.unload()
        client.join()
        self.assertEqual(answers, [500])
        self.named("exchanges that were never completed, and end with 500 now: 1")

    def test_one_that_is_completed_twice_is_completed_once(self):
        self.load("completes_twice")
        self.assertEqual(self.request().status, 200)
        self.named("http_respond with an exchange that has ended already")
        self.unload()

    def test_what_is_written_after_the_end_is_not_sent(self):
        self.load("writes_after_the_end")
        response = self.request()
        self.assertEqual((response.status, response.body), (200, b"It is so\n"))
        self.named("http_write with an exchange that has ended already")
        self.named("http_end with an exchange that has ended already")
        self.unload()

    def test_a_status_that_is_none_is_500(self):
        self.load("bad_status")
        self.assertEqual(self.request().status, 500)
        self.named("http_respond with the status 99")
        self.unload()

    def test_a_line_break_in_a_header_is_500(self):
        self.load("splits_headers")
        response = self.request()
        self.assertEqual((response.status, response.headers.get("Set-Cookie")), (500, None))
        self.named("http_respond with a header that is none, or holds a line break: 'X-Evil'")
        self.unload()


class Stanzas(Hostile):
    def test_what_is_no_single_stanza_is_not_sent(self):
        for name, count in (("sends_rubbish", 3), ("sends_several", 2), ("sends_to_the_stream", 3)):
            with self.subTest(name=name):
                self.load(name)
                self.assertEqual(self.request().status, 200)
                self.named("send_stanza with what is not one stanza: ")
                said = self.unload()
                lines = self.host.program.lines("err")[self.since:]
                self.assertEqual(sum("send_stanza with what is not one stanza" in line for line in lines), count, said)
                self.assertFalse([line for line in lines if "it was taken" in line])

    def test_a_slow_hook_is_told_once(self):
        self.load("slow_hook")
        for _ in range(2):
            self.send()
        self.assertEqual(self.host.rest.answer(PING.format(HOSTILE)).get("type"), "result")  # came behind them
        self.named("a hook took [0-9]+ ms", level="")
        self.unload()
        lines = self.host.program.lines("err")[self.since:]
        self.assertEqual(sum(f"slow_hook@{HOSTILE}: a hook took" in line for line in lines), 1)

    def test_a_storm_from_a_hook_ends_at_the_queues_limit(self):
        self.load("storm")
        self.send()
        self.named("a hook sent more than 1000 stanzas in one call")
        self.unload()

    def test_a_hook_that_feeds_itself_leaves_the_others_their_turn(self):
        self.load("feeds_itself")
        self.send()
        self.named("a hook answers what the plugin itself has sent, more than 1000 times")
        self.goes_on()
        self.unload()


class Registrations(Hostile):
    def test_what_is_registered_in_the_drain_is_refused(self):
        self.load("registers_in_drain")
        self.unload()
        self.named("register_route after start")
        self.named("on_stanza after start")

    def test_a_route_is_taken_once(self):
        self.load("same_route_twice")
        self.assertEqual(self.request().status, 200)
        self.named("the route '' is malformed or registered already")
        self.unload()

    def test_what_unregisters_itself_is_called_once(self):
        self.load("unregisters_inside")
        self.assertEqual(self.request().status, 200)
        self.assertEqual(self.request().status, 404)
        self.named("unregister of what is no registration, or not any more")
        for _ in range(2):
            self.send()
        self.assertEqual(self.host.rest.answer(PING.format(HOSTILE)).get("type"), "result")
        self.unload()
        lines = self.host.program.lines("err")[self.since:]
        self.assertEqual(sum("the hook is unregistered" in line for line in lines), 1)


class Ends(Hostile):
    def test_a_drain_that_is_done_twice_is_told(self):
        self.load("done_twice")
        self.assertIn(f"unloaded {HOSTILE}", self.unload())
        self.named("the drain was said to be done twice")

    def test_what_is_still_registered_is_taken_away_and_told(self):
        self.load("forgets_its_route")
        self.assertIn(f"unloaded {HOSTILE}", self.unload())
        self.named("routes or hooks that were never unregistered: 2")
        self.assertEqual(self.request().status, 404)

    def test_more_symbols_than_the_entry_are_named(self):
        self.load("exports_more")
        self.named("the library exports more than its entry: hostile_extra_symbol", level="")
        self.unload()


class Left(unittest.TestCase):
    """What cannot be unloaded is left alone, and the program still ends well."""

    def left_alone(self, name, why):
        host = ReloadingHost(RESTANZA, entry(library(name), HOSTILE, prefix="/hostile")).wait_ready()
        self.addCleanup(host.program.kill)
        answer = host.rest.request("GET", "/hostile", authorized=False)
        self.assertEqual((answer.status, answer.body), (200, b"It is so\n"))
        said = host.reload(RESTANZA)
        self.assertRegex(said, f"plugin bug: {name}@{HOSTILE}: .*{why}")
        self.assertNotIn("unloaded", said)
        self.assertEqual(host.rest.request("GET", "/hostile", authorized=False).status, 404)
        self.assertEqual(host.rest.post(ECHO).status, 202)
        host.close()

    def test_a_drain_that_is_never_done(self):
        self.left_alone("done_never", "the drain was never said to be done")

    def test_a_thread_that_runs_on(self):
        self.left_alone("leaves_a_thread", "threads that run on after destroy: 3; the library stays loaded")

    def test_a_newer_file_is_loaded_by_the_name_of_a_library_that_stays(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(directory, "plugin.so")
        newer = "newer.localhost"
        shutil.copy(library("leaves_a_thread"), path)
        host = ReloadingHost(RESTANZA, entry(path, HOSTILE, prefix="/hostile")).wait_ready()
        self.addCleanup(host.program.kill)
        self.assertIn("the library stays loaded", host.reload(RESTANZA))
        shutil.copy(library("forgets_its_route"), path + ".new")
        os.rename(path + ".new", path)
        self.assertIn(f"loaded {newer}", host.reload(RESTANZA, entry(path, newer, prefix="/newer")))
        self.assertIn("routes or hooks that were never unregistered", host.reload(RESTANZA))
        host.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
