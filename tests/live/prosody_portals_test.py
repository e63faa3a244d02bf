#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Web portals that use mod_rest in the name of whoever has logged in, such as those of Snikket and Prose, with the plugin inside
Prosody: their shapes of requests, with a token that Prosody issued.

Threads: the test's thread, besides those of the support package.
Ownership: a class owns its server; a test owns its clients.
"""
import base64
import hashlib
import json
import random
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

import component_mode
from support.rest_client import XML, RestClient
from support.servers.prosody_inside import ProsodyForPortals
from support.xml_data import body_of
from support.xmpp_client import error_condition

ACCOUNTS = {**component_mode.ACCOUNTS, "carol": "singing"}
PUBSUB = "http://jabber.org/protocol/pubsub"
NICK = "http://jabber.org/protocol/nick"
AVATAR_DATA, AVATAR_METADATA = "urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata"
VCARD4 = "urn:ietf:params:xml:ns:vcard-4.0"
DISCO = "http://jabber.org/protocol/disco#info"
FORM = "application/x-www-form-urlencoded"
AVATAR = random.Random(1).randbytes(100 * 1024)


class Portal(component_mode.Clients, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ProsodyForPortals(ACCOUNTS)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.token = cls.server.issue("alice")
        cls.rest = cls.server.rest_with(cls.token)

    def ask(self, type, children, to="alice@localhost", accept=XML, rest=None):
        """The answer to an iq that is of ASCII alone, as ElementTree writes it."""
        named = f" to='{to}'" if to else ""
        iq = f"<iq type='{type}' id='p1'{named}>{children}</iq>".encode("ascii", "xmlcharrefreplace")
        response = (rest or self.rest).request("POST", "/rest", iq, XML, accept)
        self.assertEqual(response.status, 200, response.body)
        self.assertTrue(response.body.startswith(b"<iq "), response.body[:40])  # no declaration: it goes into other XML
        answer = ElementTree.fromstring(response.body)
        self.assertEqual((answer.tag, answer.get("id")), ("iq", "p1"))  # in no namespace
        return answer

    def publish(self, node, item, item_id=None):
        named = f" id='{item_id}'" if item_id else ""
        answer = self.ask("set", f"<pubsub xmlns='{PUBSUB}'><publish node='{node}'><item{named}>{item}</item></publish></pubsub>")
        self.assertEqual(answer.get("type"), "result", ElementTree.tostring(answer)[:300])

    def item(self, node, item_id=None, **how):
        wanted = f"<items node='{node}'><item id='{item_id}'/></items>" if item_id else f"<items node='{node}' max_items='1'/>"
        answer = self.ask("get", f"<pubsub xmlns='{PUBSUB}'>{wanted}</pubsub>", **how)
        self.assertEqual(answer.get("type"), "result", ElementTree.tostring(answer)[:300])
        return answer.find(f"{{{PUBSUB}}}pubsub/{{{PUBSUB}}}items/{{{PUBSUB}}}item")[0]

    def test_a_session_is_tested_by_a_form_with_a_ping_to_the_own_account(self):
        for yes in ("True", "true", "1", ""):  # the first is what Python makes of a boolean
            form = urllib.parse.urlencode({"kind": "iq", "type": "get", "ping": yes, "to": "alice@localhost"})
            self.assertEqual(self.rest.request("POST", "/rest", form, FORM, "*/*").status, 200, yes)

    def test_a_nickname_is_published_and_read(self):
        self.publish(NICK, f"<nick xmlns='{NICK}'>Älïce &amp; co 😀</nick>")
        self.assertEqual(self.item(NICK).text, "Älïce & co 😀")
        self.publish(NICK, f"<ns0:nick xmlns:ns0='{NICK}'>Alice</ns0:nick>")
        self.assertEqual(self.item(NICK).text, "Alice")

    def test_what_is_not_there_is_an_error_of_the_stanza_and_not_of_http(self):
        answer = self.ask("get", f"<pubsub xmlns='{PUBSUB}'><items node='urn:example:nothing' max_items='1'/></pubsub>")
        self.assertEqual((answer.get("type"), error_condition(answer)), ("error", "item-not-found"))
        self.assertIsNotNone(answer.find("error"))

    def test_an_avatar_of_100_kib_is_published_and_comes_back(self):
        number = hashlib.sha1(AVATAR).hexdigest()
        self.publish(AVATAR_DATA, f"<data xmlns='{AVATAR_DATA}'>{base64.b64encode(AVATAR).decode()}</data>", number)
        self.publish(AVATAR_METADATA, f"<metadata xmlns='{AVATAR_METADATA}'><info id='{number}' bytes='{len(AVATAR)}' "
                     "type='image/png'/></metadata>", number)
        self.assertEqual(self.item(AVATAR_METADATA)[0].get("id"), number)
        self.assertEqual(base64.b64decode(self.item(AVATAR_DATA, number).text), AVATAR)
        # To somebody else as well, where the account lets everybody see it; without naming a format, as Prose asks.
        self.change_access(AVATAR_DATA, "open")
        bob = self.server.rest_with(self.server.issue("bob"))
        self.assertEqual(base64.b64decode(self.item(AVATAR_DATA, number, accept="*/*", rest=bob).text), AVATAR)

    def change_access(self, node, model):
        answer = self.ask("set", f"<pubsub xmlns='{PUBSUB}#owner'><configure node='{node}'><x xmlns='jabber:x:data' type='submit'>"
                          f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#node_config</value></field>"
                          f"<field var='pubsub#access_model'><value>{model}</value></field></x></configure></pubsub>")
        self.assertEqual(answer.get("type"), "result", ElementTree.tostring(answer)[:300])

    def test_who_may_see_a_node_is_changed_and_read(self):
        self.publish(NICK, f"<nick xmlns='{NICK}'>Alice</nick>")
        for model in ("open", "presence"):
            self.change_access(NICK, model)
            answer = self.ask("get", f"<pubsub xmlns='{PUBSUB}#owner'><configure node='{NICK}'/></pubsub>")
            said = {field.get("var"): field.findtext("{jabber:x:data}value") for field in answer.iter("{jabber:x:data}field")}
            self.assertEqual(said["pubsub#access_model"], model)

    def test_a_vcard_is_published_with_the_namespace_of_clients_and_a_resource_that_is_not_connected(self):
        vcard = f"<vcard xmlns='{VCARD4}'><fn><text>Alice A.</text></fn></vcard>"
        posted = (f"<iq xmlns='jabber:client' type='set' id='p2' from='alice@localhost/9f2c'><pubsub xmlns='{PUBSUB}'>"
                  f"<publish node='{VCARD4}'><item>{vcard}</item></publish></pubsub></iq>")
        response = self.rest.request("POST", "/rest", posted, XML)
        self.assertEqual(response.status, 200, response.body)
        wrapped = ElementTree.fromstring(b"<wrapper xmlns='jabber:client'>" + response.body + b"</wrapper>")
        self.assertEqual(wrapped[0].get("type"), "result", response.body)
        self.assertEqual(wrapped[0].get("to"), "alice@localhost/9f2c")
        self.assertEqual("".join(self.item(VCARD4).itertext()), "Alice A.")

    def test_the_old_vcard_is_set_and_read(self):
        self.assertEqual(self.ask("set", "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>", to=None).get("type"), "result")
        self.assertEqual(self.ask("get", "<vCard xmlns='vcard-temp'/>").findtext(".//{vcard-temp}FN"), "Alice")

    def test_a_contact_is_added_to_the_roster_of_an_account_that_is_connected(self):
        query = "<query xmlns='jabber:iq:roster'>{}</query>"
        added = query.format("<item jid='carol@localhost' name='Carol'/>")
        self.assertEqual(self.ask("set", added, to=None).get("type"), "error")  # Prosody keeps no other roster in its hands
        self.login()
        self.assertEqual(self.ask("set", added, to=None).get("type"), "result")
        read = self.ask("get", query.format(""))
        self.assertEqual([(each.get("jid"), each.get("name")) for each in read[0]], [("carol@localhost", "Carol")])

    def test_a_password_is_changed_and_the_new_one_counts(self):
        rest = self.server.rest_with(self.server.issue("carol"))
        changed = self.ask("set", "<query xmlns='jabber:iq:register'><username>carol</username><password>dancing</password>"
                           "</query>", to="carol@localhost", rest=rest)
        self.assertEqual(changed.get("type"), "result", ElementTree.tostring(changed))
        ping = "<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
        self.assertEqual(RestClient(self.rest.address, "carol", "dancing").post(ping).status, 200)
        self.assertNotIn("dancing", self.server.log())

    def test_a_room_is_asked_and_a_message_reaches_somebody(self):
        bob = self.login("bob")
        self.assertEqual(self.ask("get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", self.server.rooms).get("type"),
                         "result")
        posted = ElementTree.Element("message", to=bob.jid, type="chat")
        ElementTree.SubElement(posted, "body").text = "Grüße"
        self.assertEqual(self.rest.request("POST", "/rest", ElementTree.tostring(posted), XML, XML).status, 202)
        message = bob.next_message()
        self.assertEqual((body_of(message), message.get("from").partition("/")[0]), ("Grüße", "alice@localhost"))

    def test_disco_is_asked_with_json_and_with_a_path(self):
        asked = {"disco": True, "to": "localhost"}
        answers = [self.rest.request("POST", "/rest", json.dumps(asked), "application/json", "*/*"),
                   self.rest.request("GET", "/rest/disco/localhost", accept="application/json")]
        for response in answers:
            self.assertEqual(response.status, 200, response.body)
            answer = json.loads(response.body)
            self.assertEqual((answer["kind"], answer["type"], answer["from"]), ("iq", "result", "localhost"))
            self.assertIn(DISCO, answer["disco"]["features"])
            self.assertIn(("server", "im"), [(each["category"], each["type"]) for each in answer["disco"]["identities"]])
        node = self.rest.request("POST", "/rest", json.dumps({"disco": "urn:example:none", "to": "localhost"}),
                                 "application/json", "*/*")
        self.assertEqual((node.status, json.loads(node.body)["type"]), (200, "error"))

    def test_the_version_of_the_server_is_asked_with_json(self):
        asked = {"kind": "iq", "type": "get", "version": {}, "to": "localhost"}
        response = self.rest.request("POST", "/rest", json.dumps(asked), "application/json", "application/json")
        self.assertEqual(json.loads(response.body)["version"]["name"], "Prosody", response.body)


if __name__ == "__main__":
    component_mode.run_with(ProsodyForPortals)
