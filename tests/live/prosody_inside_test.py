#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin inside a real Prosody: posts, iqs and webhooks, and that each request is answered whatever is loaded, unloaded or
stopped meanwhile.

Threads: the test's thread, and one for a request that waits, besides those of the support package.
Ownership: a class owns its server and its webhook; a test owns its clients.
"""
import concurrent.futures
import http.client
import unittest

import component_mode
from support.deadline import DEADLINE, wait_until
from support.raw_component import RawComponent
from support.rest_client import RestClient
from support.servers.prosody_inside import (
    OWN_THREADS, ProsodyDaemon, ProsodyInside, ProsodyWithAccounts, ProsodyWithItsOwnHttp, ProsodyWithTls)
from support.webhook import XML, Webhook
from support.xml_data import body_of, children_as_data, parse
from support.xmpp_client import XmppClient, error_condition

ACCOUNTS = component_mode.ACCOUNTS
QUESTION = "<iq type='get' to='silent.localhost'><query xmlns='urn:example:slow'/></iq>"
MOST_CHECKS = 256  # that wait for a provider
ROUNDS = 10  # of unloading and loading


class Inside(component_mode.Clients, unittest.TestCase):
    """One server for all tests of a class, which leave it as it was."""
    server_class = ProsodyInside

    @classmethod
    def setUpClass(cls):
        cls.webhook = Webhook(component_mode.echo)
        cls.addClassCleanup(cls.webhook.close)
        cls.server = cls.server_class(ACCOUNTS, {"rest_callback_url": cls.webhook.url})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        # It answers nothing by itself.
        cls.silent = RawComponent(cls.server.component_port, cls.server.component_domain, cls.server.secret)
        cls.addClassCleanup(cls.close_silent)

    @classmethod
    def close_silent(cls):
        try:
            cls.silent.close()
        except OSError:
            pass  # Prosody has closed it before

    @property
    def rest(self):
        return self.server.rest

    def ask_in_background(self):
        """A request that waits for its answer, and the iq that has arrived at the silent component."""
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        waiting = pool.submit(self.rest.post, QUESTION)
        asked = self.silent.next(DEADLINE)
        self.assertIsNotNone(asked, self.server.transcript())
        return waiting, asked


class Exchanges(component_mode.Answers, Inside):
    def test_a_posted_message_reaches_the_client(self):
        alice = self.login()
        response = self.rest.post(f"<message type='chat' from='bot@rest.localhost' to='{alice.bare}'><body>Hi</body></message>")
        self.assertEqual(response.status, 202, response.body)
        message = alice.next_message()
        self.assertEqual((body_of(message), message.get("from")), ("Hi", "bot@rest.localhost"))
        self.assertEqual(message.get("id"), response.headers["Stanza-Id"])

    def test_a_posted_iq_is_answered_by_a_client_and_by_the_server(self):
        alice = self.login()
        for to in (alice.jid, self.server.domain):
            answer = self.ping(to)
            self.assertEqual((answer.tag, answer.get("type"), answer.get("from")), ("iq", "result", to))

    def test_an_address_elsewhere_is_an_error_too(self):
        answer = self.ping("example.invalid")
        self.assertEqual(answer.get("type"), "error")

    def test_messages_keep_their_order(self):
        alice = self.login()
        for number in range(200):
            response = self.rest.post(f"<message type='chat' to='{alice.jid}'><body>{number}</body></message>")
            self.assertEqual(response.status, 202, response.body)
        self.assertEqual([body_of(alice.next_message()) for _ in range(200)], [str(number) for number in range(200)])

    def test_unusual_xml_survives_both_ways(self):
        alice = self.login()
        posted = f"<message type='chat' id='nasty' from='bot@rest.localhost' to='{alice.jid}'>{component_mode.NASTY}</message>"
        self.assertEqual(self.rest.post(posted).status, 202)
        wanted = sorted(children_as_data(parse(posted)))
        self.assertEqual(sorted(children_as_data(alice.next_message())), wanted)
        alice.send("<message xmlns='jabber:client' type='chat' id='nasty2' to='bot@rest.localhost'>"
                   f"{component_mode.NASTY}</message>")
        self.assertEqual(sorted(children_as_data(parse(self.posted_by(alice).body))), wanted)
        self.assertEqual(sorted(children_as_data(alice.next_message())), wanted)

    def test_a_wrong_secret_is_refused(self):
        response = self.rest.request("GET", "/rest/ping/localhost", headers={"Authorization": "Basic eDp5"}, authorized=False)
        self.assertEqual(response.status, 401, response.body)


class ThroughProsodysHttp(Exchanges):
    server_class = ProsodyWithItsOwnHttp

    def test_methods_and_paths_that_there_are_not_are_answered_by_the_plugin(self):
        self.assertEqual(self.rest.request("DELETE", "/rest").status, 405)
        self.assertEqual(self.rest.request("DELETE", "/rest/no/such/path").status, 404)

    def test_what_waits_is_answered_over_a_reload_and_when_the_module_is_unloaded(self):
        waiting, asked = self.ask_in_background()
        self.assertEqual(self.server.steer("reload"), "ok")
        self.silent.send(f"<iq type='result' id='{asked.get('id')}' from='silent.localhost' to='{asked.get('from')}'/>")
        self.assertEqual(waiting.result(DEADLINE).status, 200)
        waiting, _ = self.ask_in_background()
        since = self.server.said()
        self.assertEqual(self.server.steer("unload"), "ok")
        self.assertEqual(waiting.result(DEADLINE).status, 503)
        self.assertEqual(self.server.steer("load"), "ok")
        self.server.wait_ready(since)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")


class Accounts(Inside):
    server_class = ProsodyWithAccounts
    PING = "<ping xmlns='urn:xmpp:ping'/>"

    def test_an_account_sends_a_message_as_itself(self):
        bob = self.login("bob")
        for name in ("alice", "alice@localhost"):
            response = self.server.rest_of(name).post(f"<message type='chat' to='{bob.jid}'><body>Hi</body></message>")
            self.assertEqual(response.status, 202, response.body)
            message = bob.next_message()
            self.assertEqual((body_of(message), message.get("from").partition("/")[0]), ("Hi", "alice@localhost"))

    def test_an_iq_of_an_account_is_answered_by_a_client_and_by_the_server(self):
        bob, rest = self.login("bob"), self.server.rest_of("alice")
        for to in (bob.jid, "localhost"):
            answer = rest.answer(f"<iq type='get' to='{to}'>{self.PING}</iq>")
            self.assertEqual((answer.get("type"), answer.get("from")), ("result", to))

    def test_an_iq_without_address_is_for_the_account_itself(self):
        answer = self.server.rest_of("alice").answer("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>")
        self.assertEqual(answer.get("type"), "result")
        self.assertEqual(answer[0].tag, "{jabber:iq:roster}query")

    def test_two_accounts_ask_elsewhere_at_once_with_the_same_id(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            waiting = {}
            for user in ("alice", "bob"):
                waiting[user] = pool.submit(self.server.rest_of(user).post, QUESTION.replace("<iq", "<iq id='same'"))
            asked = [self.silent.next(DEADLINE) for _ in waiting]
            for iq in asked:
                self.assertEqual(iq.get("id"), "same")
                self.silent.send(f"<iq type='result' id='same' from='silent.localhost' to='{iq.get('from')}'/>")
            answers = {user: parse(each.result(DEADLINE).body) for user, each in waiting.items()}
        self.assertEqual({user: answer.get("to").partition("@")[0] for user, answer in answers.items()},
                         {"alice": "alice", "bob": "bob"})

    def test_the_answers_of_clients_to_each_other_stay_theirs(self):
        alice, bob = self.login("alice"), self.login("bob")
        alice.send("<iq xmlns='jabber:client' type='result' id='to-nobody'/>")
        self.assertEqual(alice.query(bob.jid, "urn:xmpp:ping", "ping").get("type"), "result")
        self.assertNotIn("Traceback", self.server.log())

    def test_a_message_to_the_host_reaches_the_webhook_and_one_to_an_account_does_not(self):
        alice, bob = self.login("alice"), self.login("bob")
        alice.send(f"<message xmlns='jabber:client' type='chat' to='{bob.bare}'><body>for Bob</body></message>")
        self.assertEqual(body_of(bob.next_message()), "for Bob")
        alice.send("<message xmlns='jabber:client' type='chat' to='localhost'><body>for the host</body></message>")
        self.assertEqual(body_of(parse(self.posted_by(alice).body)), "for the host")

    def test_an_error_for_a_message_of_an_account_goes_to_the_webhook(self):
        posted = "<message type='chat' id='e1' to='nobody@localhost'><body>Hi</body></message>"
        self.assertEqual(self.server.rest_of("alice").post(posted).status, 202)
        error = parse(self.webhook.next_post(lambda each: parse(each.body).get("from") == "nobody@localhost").body)
        self.assertEqual((error.get("type"), error.get("id"), error.get("to")), ("error", "e1", "alice@localhost"))

    def test_wrong_passwords_unknown_names_and_other_hosts_are_refused(self):
        address = self.rest.address
        for name, password in (("alice", "wrong"), ("nobody", "wonder"), ("alice@elsewhere.example", "wonder")):
            response = RestClient(address, name, password).post(f"<message to='localhost'>{self.PING}</message>")
            self.assertEqual(response.status, 401, name)

    def test_an_account_cannot_send_as_another(self):
        response = self.server.rest_of("alice").post("<message from='bob@localhost' to='localhost'><body>x</body></message>")
        self.assertEqual(response.status, 403, response.body)


class SlowProvider(unittest.TestCase):
    def test_as_many_wait_for_a_provider_as_there_may_and_one_more_is_told_at_once(self):
        server = ProsodyWithAccounts(ACCOUNTS, {"authentication": "waiting"})
        self.addCleanup(server.close)
        server.start()
        ping = "<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
        with concurrent.futures.ThreadPoolExecutor(MOST_CHECKS + 1) as pool:
            asked = [pool.submit(server.rest_of("alice").post, ping) for _ in range(MOST_CHECKS + 1)]
            first = next(concurrent.futures.as_completed(asked, DEADLINE)).result()
            self.assertEqual(server.steer("fire", "let-go"), "ok")
            statuses = sorted(each.result(DEADLINE).status for each in asked)
        self.assertEqual((first.status, statuses), (500, [200] * MOST_CHECKS + [500]))
        self.assertIn(b"could not check the password", first.body)


class Life(Inside):
    def test_a_reload_keeps_an_iq_that_waits(self):
        waiting, asked = self.ask_in_background()
        address = self.rest.address
        self.assertEqual(self.server.steer("reload"), "ok")
        self.silent.send(f"<iq type='result' id='{asked.get('id')}' from='silent.localhost' to='{asked.get('from')}'/>")
        self.assertEqual(waiting.result(DEADLINE).status, 200)
        self.assertEqual(self.rest.address, address)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")

    def test_a_reload_of_the_configuration_brings_other_settings(self):
        other = Webhook(component_mode.echo)
        self.addCleanup(other.close)
        self.server.write({"rest_callback_url": other.url})
        self.server.reload_configuration()

        def restore():
            self.server.write({"rest_callback_url": self.webhook.url})
            self.server.reload_configuration()
        self.addCleanup(restore)
        alice = self.login()

        def arrives():
            alice.send("<message xmlns='jabber:client' type='chat' to='bot@rest.localhost'><body>Hi</body></message>")
            alice.next_message()  # the echo, of whichever endpoint
            return other.has_posts()
        wait_until(arrives, "the other endpoint gets what is sent")

    def test_an_unknown_option_is_named_and_the_others_hold(self):
        self.server.write({"rest_callback_url": self.webhook.url, "rest_no_such_option": True})
        self.addCleanup(self.server.write, {"rest_callback_url": self.webhook.url})
        since = self.server.said()
        self.server.reload_configuration()
        self.server.wait_for_line("the option rest_no_such_option is not known", since)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")

    def test_settings_that_cannot_be_used_are_named_and_nothing_else_is_lost(self):
        def use(url):
            since = self.server.said()
            self.server.write({"rest_callback_url": url})
            self.server.reload_configuration()
            self.server.wait_for_line("Received SIGHUP", since)
            return since
        self.addCleanup(use, self.webhook.url)
        since = use("nowhere")
        self.server.wait_for_line("the settings are as they were: .*rest_callback_url", since)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")
        self.assertEqual(self.server.steer("unload"), "ok")
        self.server.wait_for_line("has ended", since)
        self.assertIn("rest_callback_url", self.server.steer("load"))
        since = use(self.webhook.url)
        self.assertEqual(self.server.steer("load"), "ok")
        self.server.wait_ready(since)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")

    def test_what_waits_is_answered_when_the_module_is_unloaded_and_it_can_be_loaded_again(self):
        waiting, _ = self.ask_in_background()
        since = self.server.said()
        self.assertEqual(self.server.steer("unload"), "ok")
        self.assertEqual(self.server.steer("load"), "ok")
        self.assertEqual(waiting.result(DEADLINE).status, 503)
        self.server.wait_ready(since)
        self.assertEqual(self.ping(self.server.domain).get("type"), "result")


class Unloading(Inside):
    def test_nothing_is_left_of_those_that_were_unloaded(self):
        def round_trip(wanted=None):
            since = self.server.said()
            self.assertEqual(self.server.steer("unload"), "ok")
            self.server.wait_for_line("has ended", since)
            wait_until(lambda: self.server.counts()[0] == OWN_THREADS, "no thread is left but Prosody's own")
            wait_until(lambda: wanted in (None, self.server.counts()), f"threads and descriptors are {wanted}")
            counts = self.server.counts()
            self.assertEqual(self.server.steer("load"), "ok")
            self.server.wait_ready(since)
            self.assertEqual(self.ping(self.server.domain).get("type"), "result")
            return counts
        first = round_trip()
        for _ in range(ROUNDS):
            round_trip(first)


class OverTls(Inside):
    server_class = ProsodyWithTls

    def test_requests_are_answered_over_tls_with_prosodys_certificate(self):
        connection = http.client.HTTPSConnection(self.rest.address, timeout=DEADLINE, context=self.server.client_context)
        self.addCleanup(connection.close)
        connection.request("GET", "/rest/health")
        self.assertEqual(connection.getresponse().status, 200)


class Daemon(unittest.TestCase):
    def test_the_plugin_serves_in_a_process_that_was_forked(self):
        server = ProsodyDaemon(ACCOUNTS)
        self.addCleanup(server.close)
        self.addCleanup(server.end)  # also where it did not come up, for then this fails as well
        server.start()
        wait_until(lambda: server.rest.health() == 200, "the daemon serves")
        answer = server.rest.answer("<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.assertEqual(answer.get("type"), "result")


class Stop(Inside):
    def test_what_waits_is_answered_when_prosody_stops(self):
        waiting, _ = self.ask_in_background()
        self.server.begin_stop()
        self.assertEqual(waiting.result(DEADLINE).status, 503)
        self.assertEqual(self.server.wait_stopped(), 0, self.server.transcript())


if __name__ == "__main__":
    component_mode.run_with(ProsodyInside)
