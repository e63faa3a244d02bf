// SPDX-License-Identifier: MIT
#include "xmpp/stanza.h"

#include <string>

#include "support/catch.h"
#include "xmpp/stanza_error.h"

using namespace restanza;

TEST_CASE("a stanza shows the attributes that decide about it") {
  const auto stanza = xmpp::parse_stanza(
      "<iq type='get' id='a&amp;b' from='u@x/r' to='y'><ping xmlns='urn:xmpp:ping'/></iq>");
  REQUIRE(stanza);
  CHECK(stanza->kind == xmpp::Kind::iq);
  CHECK(stanza->type == "get");
  CHECK(stanza->id == "a&b");
  CHECK(stanza->from == "u@x/r");
  CHECK(stanza->to == "y");
  CHECK(stanza->is_request());
}

TEST_CASE("other elements are no stanzas") {
  CHECK_FALSE(xmpp::parse_stanza("<foo/>"));
  CHECK_FALSE(xmpp::parse_stanza("<message xmlns='urn:x'/>"));
  CHECK_FALSE(xmpp::parse_stanza("<stream:error xmlns:stream='http://etherx.jabber.org/streams'/>"));
  CHECK_FALSE(xmpp::parse_stanza("<message/><message/>"));
}

TEST_CASE("an error goes back to the sender with the condition and the text") {
  const auto stanza =
      xmpp::parse_stanza("<message type='chat' id='1' from='u@x/r' to='bot@y'><body>Hi</body></message>");
  REQUIRE(stanza);
  const auto reply = xmpp::error_reply(*stanza, {"cancel", "item-not-found", "It's gone"});
  CHECK(reply.xml ==
        "<message type='error' id='1' from='bot@y' to='u@x/r'><error type='cancel'>"
        "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>It's gone</text></error></message>");
  CHECK(reply.to == "u@x/r");
  CHECK_FALSE(xmpp::may_be_answered(reply));
}

TEST_CASE("a result answers an iq and is not answered itself") {
  const auto iq = xmpp::parse_stanza("<iq type='set' id='1' from='u@x/r' to='y'><a xmlns='urn:a'/></iq>");
  REQUIRE(iq);
  const auto reply = xmpp::result_reply(*iq);
  CHECK(reply.xml == "<iq type='result' id='1' from='y' to='u@x/r'/>");
  CHECK(xmpp::may_be_answered(*iq));
  CHECK_FALSE(xmpp::may_be_answered(reply));
}

TEST_CASE("a sender hears of a stanza that could not be taken where somebody waits for it") {
  const auto told = [](const char* xml) { return xmpp::may_be_refused(*xmpp::parse_stanza(xml)); };
  CHECK(told("<message to='a@x'/>"));
  CHECK(told("<message type='chat' to='a@x'/>"));
  CHECK(told("<iq type='get' id='1' to='a@x'/>"));
  CHECK(told("<iq type='set' id='1' to='a@x'/>"));
  CHECK_FALSE(told("<message type='groupchat' to='a@x'/>"));
  CHECK_FALSE(told("<message type='error' to='a@x'/>"));
  CHECK_FALSE(told("<iq type='result' id='1' to='a@x'/>"));
  CHECK_FALSE(told("<iq type='error' id='1' to='a@x'/>"));
  CHECK_FALSE(told("<presence to='a@x'/>"));
  CHECK_FALSE(told("<presence type='subscribe' to='a@x'/>"));
  CHECK_FALSE(
      told("<message type='chat' to='a@x'><x xmlns='http://jabber.org/protocol/muc#user'/></message>"));
}

TEST_CASE("a sender may get an error, but never for an answer and never from a room's occupant to a room") {
  const auto told = [](const char* xml) { return xmpp::may_get_error(*xmpp::parse_stanza(xml)); };
  CHECK(told("<message to='a@x'/>"));
  CHECK(told("<iq type='set' id='1' to='a@x'/>"));
  CHECK(told("<presence to='a@x'/>"));
  CHECK_FALSE(told("<message type='groupchat' to='a@x'/>"));
  for (const char* head : {"presence", "presence type='unavailable'", "message", "message type='chat'"}) {
    CAPTURE(head);
    const std::string name = std::string(head).substr(0, std::string(head).find(' '));
    const auto marked = [&](const std::string& mark) {
      return told(("<" + std::string(head) + " to='a@x'>" + mark + "</" + name + ">").c_str());
    };
    CHECK_FALSE(marked("<c xmlns='urn:c'/><x xmlns='http://jabber.org/protocol/muc#user'><item/></x>"));
    CHECK(marked("<body>http://jabber.org/protocol/muc#user</body>"));
    CHECK(marked("<y xmlns='urn:y'><x xmlns='http://jabber.org/protocol/muc#user'/></y>"));
  }
  CHECK(told("<iq type='get' id='1' to='a@x'><x xmlns='http://jabber.org/protocol/muc#user'/></iq>"));
  CHECK_FALSE(told("<message type='error' to='a@x'/>"));
  CHECK_FALSE(told("<presence type='error' to='a@x'/>"));
  CHECK_FALSE(told("<iq type='result' id='1' to='a@x'/>"));
  CHECK_FALSE(told("<iq type='error' id='1' to='a@x'/>"));
}

TEST_CASE("a type says something of its own kind only") {
  using xmpp::Kind;
  CHECK(xmpp::is_request(Kind::iq, "get"));
  CHECK(xmpp::is_request(Kind::iq, "set"));
  CHECK(xmpp::is_answer(Kind::iq, "result"));
  CHECK(xmpp::is_answer(Kind::iq, "error"));
  CHECK(xmpp::is_groupchat(Kind::message, "groupchat"));
  CHECK_FALSE(xmpp::is_request(Kind::iq, "result"));
  CHECK_FALSE(xmpp::is_request(Kind::message, "get"));
  CHECK_FALSE(xmpp::is_answer(Kind::message, "error"));
  CHECK_FALSE(xmpp::is_groupchat(Kind::presence, "groupchat"));
  CHECK_FALSE(xmpp::is_groupchat(Kind::message, ""));
}

TEST_CASE("an iq is one with an id and one of the four types") {
  const auto valid = [](const char* xml) { return xmpp::parse_stanza(xml)->is_valid_iq(); };
  for (const char* type : {"get", "set", "result", "error"}) {
    CHECK(valid(("<iq id='1' type='" + std::string(type) + "'/>").c_str()));
    CHECK_FALSE(valid(("<iq type='" + std::string(type) + "'/>").c_str()));
  }
  CHECK_FALSE(valid("<iq id='1'/>"));
  CHECK_FALSE(valid("<iq id='1' type='other'/>"));
  CHECK_FALSE(valid("<message id='1' type='error'/>"));
}
