// SPDX-License-Identifier: MIT
// What a room (XEP-0045) and its occupants hear of an endpoint's answers: no error, for which it would put
// the bot out.
#include "support/catch.h"
#include "unit/webhook/outcomes.h"
#include "webhook/request/reply.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

const std::string kTalk =
    "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>";
constexpr const char* kXmppXml = "application/xmpp+xml";

Answer reply_to(const std::string& xml, const Outcome& outcome) {
  return answer_to(*xmpp::parse_stanza(xml), outcome, {});
}

}  // namespace

TEST_CASE("no status of an endpoint makes an error that goes to a room or to an occupant") {
  const std::string mark = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
  const std::string ends = "id='1' from='room@muc/ann' to='bot@rest.localhost'>";
  for (const std::string& xml :
       {"<message type='groupchat' " + ends + "<body>x</body></message>",
        "<message type='chat' " + ends + "<body>x</body>" + mark + "</message>",
        "<message " + ends + mark + "</message>", "<presence " + ends + mark + "</presence>",
        "<presence type='unavailable' " + ends + mark + "</presence>"}) {
    CAPTURE(xml);
    for (int status = 100; status < 1000; ++status) CHECK(reply_to(xml, answered(status)).stanzas.empty());
  }
}

TEST_CASE("of a room that was joined, also what is not marked gets no error") {
  const auto in_room = [](const std::string& xml, const Outcome& outcome) {
    return answer_to(*xmpp::parse_stanza(xml), outcome, {}, SIZE_MAX, true).stanzas;
  };
  const std::string form =
      "<message from='room@muc' to='bot@rest.localhost'><x xmlns='jabber:x:data'/></message>";
  const std::string presence = "<presence from='room@muc/ann' to='bot@rest.localhost'/>";
  for (const std::string& xml : {form, presence}) {
    CHECK(reply_to(xml, answered(404)).stanzas.size() == 1);
    CHECK(in_room(xml, answered(404)).empty());
    CHECK(in_room(xml, ended(Outcome::End::timeout)).empty());
  }
  CHECK(in_room(form, answered(200, kXmppXml, "<message><body>x</body></message>")).size() == 1);
}

TEST_CASE("an error that an endpoint itself writes does not reach a room, and the log says so") {
  const std::string error =
      "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
  const std::string said = "<message type='groupchat' id='1' from='room@muc/ann' to='bot@rest.localhost'/>";
  for (const std::string& reply : {"<message type='error'>" + error, "<message>" + error}) {
    const auto got = reply_to(said, answered(200, kXmppXml, reply));
    CHECK(got.stanzas.empty());
    CHECK_THAT(got.warning, Contains("is not sent"));
    CHECK(got.unsent.empty());
    CHECK(reply_to(kTalk, answered(200, kXmppXml, reply)).stanzas.size() == 1);
  }
}

TEST_CASE("a room's ping is answered while the endpoint cannot, and every other iq gets its error") {
  const auto asked = [](const std::string& child) {
    return "<iq type='get' id='1' from='room@muc/bot' to='bot@rest.localhost/a'>" + child + "</iq>";
  };
  const std::string ping = asked("<ping xmlns='urn:xmpp:ping'/>");
  const auto type_of = [](const std::string& xml, const Outcome& outcome, bool in_room) {
    const auto got = answer_to(*xmpp::parse_stanza(xml), outcome, {}, SIZE_MAX, in_room).stanzas;
    REQUIRE(got.size() == 1);
    CHECK(got[0].id == "1");
    CHECK(got[0].to == "room@muc/bot");
    return got[0].type;
  };
  for (const Outcome& outcome :
       {answered(404), answered(500), answered(410), answered(200, kXmppXml, "<iq"),
        ended(Outcome::End::unreachable), ended(Outcome::End::timeout), ended(Outcome::End::aborted)}) {
    CAPTURE(outcome.status);
    CHECK(type_of(ping, outcome, true) == "result");
    CHECK(type_of(ping, outcome, false) == "error");
    CHECK(type_of(asked("<query xmlns='jabber:iq:version'/>"), outcome, true) == "error");
  }
  const std::string own =
      "<iq type='error'><error type='cancel'><gone "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
  CHECK(type_of(ping, answered(200, kXmppXml, own), true) == "error");  // it can, and this is what it says
}
