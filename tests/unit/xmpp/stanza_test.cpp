// SPDX-License-Identifier: MIT
#include "xmpp/stanza.h"

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
