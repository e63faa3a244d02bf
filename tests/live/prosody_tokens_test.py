#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bearer tokens that Prosody issued (mod_tokenauth), for the plugin on the VirtualHost of their accounts.

Threads: the test's thread, besides those of the support package.
Ownership: a class owns its server; a test owns its clients and its tokens.
"""
import base64
import concurrent.futures
import unittest

import component_mode
from support.servers.prosody_inside import ProsodyInside, ProsodyWithTokens
from support.xml_data import body_of

ACCOUNTS = {**component_mode.ACCOUNTS, "carol": "singing", "dave": "drawing"}
PING = "<iq type='get' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"
MESSAGE = "<message type='chat' to='{}'><body>{}</body></message>"
AT_ONCE = 40  # requests


class Tokens(component_mode.Clients, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ProsodyWithTokens(ACCOUNTS)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def refused(self, token):
        response = self.server.rest_with(token).post(PING.format("localhost"))
        self.assertEqual(response.status, 401, (token, response.body))
        self.assertEqual(response.headers["WWW-Authenticate"], 'Basic realm="localhost/rest", Bearer realm="localhost/rest"')
        self.assertNotIn(token.encode(), response.body)

    def accepted(self, token):
        self.assertEqual(self.server.rest_with(token).answer(PING.format("localhost")).get("type"), "result")

    def test_a_token_sends_as_its_account(self):
        bob, rest = self.login("bob"), self.server.rest_with(self.server.issue("alice"))
        response = rest.post(MESSAGE.format(bob.jid, "Hi"))
        self.assertEqual(response.status, 202, response.body)
        message = bob.next_message()
        self.assertEqual((body_of(message), message.get("from").partition("/")[0]), ("Hi", "alice@localhost"))

    def test_an_iq_of_a_token_is_answered_by_a_client_by_the_server_and_by_the_account_itself(self):
        bob, rest = self.login("bob"), self.server.rest_with(self.server.issue("alice"))
        for to in (bob.jid, "localhost"):
            answer = rest.answer(PING.format(to))
            self.assertEqual((answer.get("type"), answer.get("from")), ("result", to))
        answer = rest.answer("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>")
        self.assertEqual((answer.get("type"), answer[0].tag), ("result", "{jabber:iq:roster}query"))

    def test_a_token_cannot_send_as_another_and_can_do_nothing_else(self):
        rest = self.server.rest_with(self.server.issue("alice"))
        for sender in ("bob@localhost", "localhost", "alice@other.localhost"):
            self.assertEqual(rest.post(f"<message from='{sender}' to='localhost'><body>x</body></message>").status, 403, sender)
        for path in ("/rest/deliveries", "/rest/endpoints"):
            self.assertEqual(rest.request("GET", path).status, 403, path)

    def test_tokens_and_passwords_are_checked_side_by_side(self):
        tokens = [self.server.issue(user) for user in ("alice", "bob")]
        clients = [self.server.rest_with(token) for token in tokens] + [self.server.rest_of("alice")]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ping = PING.format("localhost")
            answers = list(pool.map(lambda number: clients[number % len(clients)].post(ping).status, range(AT_ONCE)))
        self.assertEqual(answers, [200] * AT_ONCE)

    def test_an_expired_token_is_refused(self):
        self.refused(self.server.issue("alice:-10"))

    def test_a_token_is_good_for_nothing_from_the_moment_on_in_which_it_is_revoked(self):
        token, other = self.server.issue("alice"), self.server.issue("alice")
        self.accepted(token)
        self.assertEqual(self.server.steer("revoke", token), "ok")
        self.refused(token)
        self.accepted(other)

    def test_a_token_of_an_account_that_was_removed_is_refused(self):
        token = self.server.issue("carol")
        self.accepted(token)
        self.assertEqual(self.server.steer("remove", "carol"), "ok")
        self.refused(token)

    def test_a_token_of_another_host_is_refused(self):
        self.refused(self.server.issue("alice", self.server.other_domain))

    def test_what_prosody_has_not_issued_is_refused(self):
        good = self.server.issue("alice")
        scheme, _, encoded = good.rpartition(":")  # Prosody 13 has "secret-token:" before it, and another form inside
        forms = ("2;nothing;" + 18 * "x" + ";alice@localhost", "2;;;;") if scheme else \
            ("1;alice@localhost;nothing", "1;localhost;nothing", "1;@;")
        made = [":".join(filter(None, [scheme, base64.b64encode(form.encode()).decode()])) for form in forms]
        for token in [*made, "no-token", encoded[:-4], good + "AAAA", 4000 * "A"]:
            self.refused(token)
        self.accepted(good)

    def test_where_prosody_cannot_read_its_tokens_the_request_fails_and_nobody_is_refused(self):
        token = self.server.issue("dave")
        self.accepted(token)
        self.server.spoil_tokens("dave")
        response = self.server.rest_with(token).post(PING.format("localhost"))
        self.assertEqual(response.status, 500, response.body)
        self.assertIn(b"could not check the token", response.body)
        self.server.wait_for_line("an account could not be checked: the store of tokens cannot be read")
        self.accepted(self.server.issue("alice"))

    def test_no_token_is_in_the_log(self):
        good, expired = self.server.issue("alice"), self.server.issue("alice:-10")
        foreign = self.server.issue("alice", self.server.other_domain)
        self.accepted(good)
        for token in (expired, foreign, "unknown-token"):
            self.refused(token)
        self.server.wait_for_line("credentials refused: .*unknown token")  # what is wrong with them is
        for token in (good, expired, foreign, "unknown-token"):
            self.assertNotIn(token.rpartition(":")[2], self.server.log())

    def test_a_reload_of_the_module_keeps_tokens_good(self):
        token = self.server.issue("alice")
        for step in ("reload", "reload"):
            self.assertEqual(self.server.steer(step), "ok")
            self.accepted(token)


class OfAComponent(unittest.TestCase):
    def test_a_token_of_an_account_is_unknown_to_a_component(self):
        server = ProsodyInside(ACCOUNTS)
        self.addCleanup(server.close)
        server.start()
        self.assertEqual(server.steer("load", "tokenauth", "localhost"), "ok")
        server.rest.authorization = "Bearer " + server.steer("issue", "alice", "localhost")
        self.assertEqual(server.rest.post(PING.format("localhost")).status, 401)


if __name__ == "__main__":
    component_mode.run_with(ProsodyInside)
