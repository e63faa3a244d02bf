#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SIGHUP: restanza-host takes a new configuration while it serves, in local mode and as components.

Threads: the test's thread, one that asks without a pause, besides those of the support package.
Ownership: each test owns its host and its server.
"""
import copy
import hashlib
import os
import pathlib
import signal
import tempfile
import threading
import unittest

from reloading_host import DOMAIN, ECHO, SECRET, ReloadingHost, entry

from support.component_server import ComponentServer
from support.deadline import DEADLINE, wait_until
from support.host import component_of
from support.rest_client import RestClient
from support.webhook import Answer, Webhook

XML = "application/xmpp+xml"
OTHER = "other.localhost"
MINIMAL = entry(os.environ["MINIMAL_PLUGIN"], OTHER, prefix="/other")


def restanza(domain=DOMAIN, settings=None, **more):
    return entry(os.environ["RESTANZA_SO"], domain, settings={"component_secret": SECRET, **(settings or {})}, **more)


class Asking:
    """The same request without a pause, each on a connection of its own."""

    def __init__(self, request):
        self._request, self._over, self.statuses = request, threading.Event(), []
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self):
        while not self._over.is_set():
            self.statuses.append(self._request())

    def end(self):
        """Which statuses there were."""
        self._over.set()
        self._thread.join()
        return set(self.statuses)


class Local(unittest.TestCase):
    def setUp(self):
        self.host = ReloadingHost(restanza()).wait_ready()
        self.addCleanup(self.host.program.kill)

    def hello(self):
        return self.host.rest.request("GET", "/other/hello", authorized=False).status

    def test_plugins_come_and_go_while_another_answers_every_request(self):
        asking = Asking(lambda: self.host.rest.request("POST", "/rest/echo", ECHO, XML, XML).status)
        for _ in range(3):
            self.assertEqual(self.hello(), 404)
            self.assertIn(f"reloaded: 2 plugins; loaded {OTHER}", self.host.reload(restanza(), MINIMAL))
            self.assertEqual(self.hello(), 200)
            answer = self.host.rest.answer(f"<iq type='get' to='{OTHER}'><ping xmlns='urn:xmpp:ping'/></iq>")
            self.assertEqual((answer.get("type"), answer.get("from")), ("result", OTHER))
            self.assertIn(f"reloaded: 1 plugins; unloaded {OTHER}", self.host.reload(restanza()))
        self.assertEqual(asking.end(), {200})
        self.host.close()

    def test_restanza_takes_new_settings_and_loses_no_request(self):
        echo = ("POST", "/rest/echo", ECHO, XML, XML)
        other = RestClient(self.host.rest.address, DOMAIN, "another")
        asking = Asking(lambda: self.host.rest.request("GET", "/rest/health", authorized=False).status)
        for secret in ("another", SECRET) * 3:
            said = self.host.reload(restanza(settings={"component_secret": secret}))
            self.assertIn(f"new settings for {DOMAIN}", said)
            self.assertEqual(self.host.rest.request(*echo).status, 200 if secret == SECRET else 401)
            self.assertEqual(other.request(*echo).status, 401 if secret == SECRET else 200)
        self.assertEqual(asking.end(), {200})
        self.host.close()

    def test_a_reload_says_what_it_changed_and_one_that_changed_nothing_says_so(self):
        since = self.host.hang_up()
        self.host.said("SIGHUP: nothing was changed$", since)
        self.assertNotIn("reloaded", "\n".join(self.host.program.lines("err")[since:]))
        said = self.host.reload(restanza(settings={"component_secret": SECRET, "rest_iq_timeout": 5}))
        self.assertRegex(said, rf"reloaded: 1 plugins; new settings for {DOMAIN} \(.*rest_iq_timeout\)$")
        self.host.close()

    def test_a_wrong_setting_is_told_with_the_line_of_its_key(self):
        said = self.host.reload(restanza(settings={"component_secret": SECRET, "rest_iq_timeout": "long"}))
        with open(self.host.config, encoding="utf-8") as config:
            line = 1 + [text.startswith("rest_iq_timeout") for text in config].index(True)
        self.assertIn(f"SIGHUP: {self.host.config}:{line}: setting 'rest_iq_timeout' must be ", said)
        self.assertEqual(said.count(self.host.config), 1)
        self.assertIn("it goes on with its old settings", said)
        self.host.close()

    def test_restanza_names_what_it_cannot_change_while_it_runs_and_takes_everything_else(self):
        said = self.host.reload(restanza(settings={"rest_iq_pending_limit": 7, "component_secret": "another"}))
        self.assertIn("'rest_iq_pending_limit' cannot change while the plugin runs", said)
        self.assertIn(f"new settings for {DOMAIN}", said)
        self.assertEqual(self.host.rest.request("POST", "/rest/echo", ECHO, XML, XML).status, 401)
        self.host.close()

    def test_a_token_that_was_taken_out_is_refused_whatever_else_the_file_says(self):
        token = RestClient(self.host.rest.address, "", "")
        token.authorization = "Bearer t0ken"
        revoked = restanza()
        granted = restanza(settings={"rest_tokens": [{
            "name": "test", "sha256": hashlib.sha256(b"t0ken").hexdigest(), "rights": ["send"]}]})
        beside = (
            ({"rest_iq_pending_limit": 7}, (), "cannot change while the plugin runs"),
            ({}, (entry(os.environ["MINIMAL_PLUGIN"], OTHER, prefix="/other", settings={"wibble": 1}),), "it is not loaded"),
        )
        for more, plugins, named in beside:
            with self.subTest(named):
                self.host.reload(granted)
                self.assertEqual(token.request("POST", "/rest/echo", ECHO, XML, XML).status, 200)
                said = self.host.reload(restanza(settings=more) if more else revoked, *plugins)
                self.assertIn(named, said)
                self.assertEqual(token.request("POST", "/rest/echo", ECHO, XML, XML).status, 401)
        self.host.close()

    def test_a_file_that_holds_a_secret_is_read_again_where_the_configuration_says_the_same(self):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            def hold(secret):
                file.seek(0)
                file.truncate()
                file.write(secret)
                file.flush()
            hold(SECRET)
            self.host.reload(entry(os.environ["RESTANZA_SO"], DOMAIN, {"component_secret_file": file.name}))
            another = RestClient(self.host.rest.address, DOMAIN, "another")
            for secret in ("another", SECRET):
                hold(secret)
                self.host.read_again()
                ours, other = (client.request("POST", "/rest/echo", ECHO, XML, XML).status for client in (self.host.rest, another))
                self.assertEqual((ours, other), (200, 401) if secret == SECRET else (401, 200))
        self.host.close()

    def test_requests_and_stanzas_for_a_plugin_that_comes_and_goes_are_all_answered(self):
        # 200 brings the answer: the plugin's, or the server's that there is nobody.
        ping = f"<iq type='get' to='{OTHER}'><ping xmlns='urn:xmpp:ping'/></iq>"
        stanzas = Asking(lambda: self.host.rest.post(ping).status)
        for plugin, path in ((MINIMAL, "/other/hello"), (restanza(OTHER, prefix="/other"), "/other/health")):
            requests = Asking(lambda at=path: self.host.rest.request("GET", at, authorized=False).status)
            for _ in range(5):
                self.host.reload(restanza(), plugin)
                wait_until(lambda asked=requests: asked.statuses[-1:] == [200], "an answer of the plugin")
                self.host.reload(restanza())
            self.assertLessEqual(requests.end(), {200, 404, 503})
        self.assertEqual(stanzas.end(), {200})
        self.host.close()

    def test_one_library_serves_two_domains_and_leaves_one_of_them(self):
        second = restanza(OTHER, prefix="/other")
        self.host.reload(restanza(), second)
        self.assertEqual(self.host.rest.request("GET", "/other/health", authorized=False).status, 200)
        self.assertIn(f"unloaded {OTHER}", self.host.reload(restanza()))
        self.assertEqual(self.host.rest.request("GET", "/other/health", authorized=False).status, 404)
        self.assertEqual(self.host.rest.health(), 200)
        self.host.close()

    def test_a_delivery_that_waits_in_a_plugin_that_goes_is_made_when_it_comes_back(self):
        asked, working, delivered = threading.Event(), threading.Event(), threading.Event()

        def answer(_):
            (delivered if working.is_set() else asked).set()
            return Answer(204 if working.is_set() else 503, None, b"")
        webhook = Webhook(answer)
        self.addCleanup(webhook.close)
        other = restanza(OTHER, {"rest_callback_url": webhook.url}, prefix="/other")
        self.host.reload(restanza(), other)
        sent = f"<message to='bot@{OTHER}' from='bot@{DOMAIN}' id='m1'><body>Hi</body></message>"
        self.assertEqual(self.host.rest.post(sent).status, 202)
        self.assertTrue(asked.wait(DEADLINE))
        self.assertIn(f"unloaded {OTHER}", self.host.reload(restanza()))
        working.set()
        self.host.reload(restanza(), other)
        self.assertTrue(delivered.wait(DEADLINE))
        self.host.close()

    def test_a_configuration_that_is_wrong_changes_nothing_and_is_told_with_its_line_and_key(self):
        with open(self.host.config, encoding="utf-8") as config:
            good = config.read()
        for wrong, said in (("[http]\nlisten = = 1\n", ":2: "), (good.replace("listen", "listn"), ":6: .*http.listn")):
            with self.subTest(said=said):
                self.host.write_text(wrong)
                self.assertRegex(self.host.read_again(), f"SIGHUP: {self.host.config}{said}.*; nothing was changed")
                self.assertEqual(self.host.rest.health(), 200)
        self.assertIn("failed to create: ", self.host.reload(restanza(), MINIMAL.replace(
            "[plugin.settings]", '[plugin.settings]\ngreting = "Hello"')))
        self.assertEqual(self.hello(), 404)
        pathlib.Path(self.host.config).unlink()
        self.assertRegex(self.host.read_again(), "cannot be read.*; nothing was changed")
        self.assertEqual(self.host.rest.health(), 200)
        self.host.close()

    def test_settings_that_a_plugin_does_not_take_while_it_runs_leave_it_with_the_old_ones(self):
        self.host.reload(restanza(), MINIMAL)
        said = self.host.reload(restanza(), MINIMAL + 'greeting = "Good day"\n')
        self.assertRegex(said, f"minimal@{OTHER}: SIGHUP: .*toml:[0-9]+: .*takes new settings at a restart only; "
                               "it goes on with its old settings")
        response = self.host.rest.request("GET", "/other/hello", authorized=False)
        self.assertEqual(response.body, b"Hello\n")
        self.host.close()

    def test_what_needs_a_restart_is_told_and_the_rest_is_done(self):
        said = self.host.reload(restanza(), MINIMAL, listen="127.0.0.1:5280")
        self.assertIn("SIGHUP: needs a restart: http.listen", said)
        self.assertEqual(self.hello(), 200)
        self.host.close()

    def test_the_level_of_the_log_changes_with_it(self):
        self.host.reload(restanza(), level="warn")
        self.host.write(restanza(), MINIMAL, level="info")
        self.host.hang_up()
        wait_until(lambda: self.hello() == 200, "the plugin that comes without a line in the log")
        self.host.read_again()
        self.host.close()


class Components(unittest.TestCase):
    def setUp(self):
        self.server = ComponentServer()
        self.addCleanup(self.server.close)
        self.host = ReloadingHost(restanza(), xmpp=component_of(self.server))
        self.addCleanup(self.host.program.kill)
        self.server.component = self.host.program
        self.assertEqual(self.server.log_in(), DOMAIN)
        self.host.wait_ready()
        # The second connection at the same address: an object of its own with the same listening socket.
        self.second = copy.copy(self.server)
        self.second._connection = None

    def end(self):
        self.host.program.signal(signal.SIGTERM)
        self.assertTrue(self.server.closed_politely())
        self.server.drop()
        self.host.close()

    def test_each_entry_has_a_connection_of_its_own_that_opens_and_closes_with_it(self):
        self.host.reload(restanza(), restanza(OTHER, prefix="/other"))
        self.assertEqual(self.second.log_in(), OTHER)
        self.server.send_raw(f"<iq type='get' id='p1' from='a@x' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(self.server.next_stanza().get("id"), "p1")
        self.host.write(restanza())
        since = self.host.hang_up()
        self.assertTrue(self.second.closed_politely())
        self.second.send_raw("</stream:stream>")
        self.second.drop()
        self.host.said(f"reloaded: 1 plugins; unloaded {OTHER}", since)
        self.server.send_raw(f"<iq type='get' id='p2' from='a@x' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(self.server.next_stanza().get("id"), "p2")
        self.end()

    def test_an_iq_that_waits_in_a_plugin_that_goes_is_answered_503(self):
        self.host.reload(restanza(), restanza(OTHER, prefix="/other"))
        self.assertEqual(self.second.log_in(), OTHER)
        self.host.said(f"component {OTHER} is logged in")
        answers = []
        other = RestClient(self.host.rest.address, OTHER, SECRET)
        iq = "<iq type='get' id='w1' to='a@x'><ping xmlns='urn:xmpp:ping'/></iq>"
        client = threading.Thread(target=lambda: answers.append(other.request("POST", "/other", iq, XML, XML).status),
                                  daemon=True)
        client.start()
        self.assertEqual(self.second.next_stanza().get("id"), "w1")
        self.host.write(restanza())
        since = self.host.hang_up()
        client.join()
        self.assertEqual(answers, [503])
        self.assertTrue(self.second.closed_politely())
        self.second.drop()
        self.host.said(f"unloaded {OTHER}", since)
        self.end()


if __name__ == "__main__":
    unittest.main(verbosity=2)
