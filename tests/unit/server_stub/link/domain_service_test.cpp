// SPDX-License-Identifier: MIT
#include "link/domain_service.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

namespace {

std::string ask(const DomainService& service, const std::string& xml) {
  const auto stanza = xmpp::parse_stanza(xml);
  REQUIRE(stanza);
  const auto answer = service.answer(*stanza);
  return answer ? answer->xml : "nothing";
}

std::string get(const std::string& payload, const std::string& to = "rest.localhost") {
  return "<iq type='get' id='q1' from='alice@localhost/x' to='" + to + "'>" + payload + "</iq>";
}

std::string got(const std::string& payload) {
  return "<iq type='result' id='q1' from='rest.localhost' to='alice@localhost/x'>" + payload + "</iq>";
}

std::string failed(const std::string& condition, const std::string& from = "rest.localhost") {
  return "<iq type='error' id='q1' from='" + from + "' to='alice@localhost/x'><error type='cancel'><" +
         condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
}

const std::string kPing = "<ping xmlns='urn:xmpp:ping'/>";

}  // namespace

TEST_CASE("a component answers for its own domain") {
  FakeClock clock;
  const DomainService service({"rest.localhost", "component", "generic", {}}, clock);
  CHECK(ask(service, get(kPing)) ==
        "<iq type='result' id='q1' from='rest.localhost' to='alice@localhost/x'/>");
  CHECK(ask(service, get("<query xmlns='http://jabber.org/protocol/disco#info'/>")) ==
        got("<query xmlns='http://jabber.org/protocol/disco#info'>"
            "<identity category='component' type='generic' name='Restanza'/>"
            "<feature var='http://jabber.org/protocol/disco#info'/>"
            "<feature var='http://jabber.org/protocol/disco#items'/>"
            "<feature var='urn:xmpp:ping'/><feature var='jabber:iq:version'/></query>"));
  CHECK(ask(service, get("<query xmlns='http://jabber.org/protocol/disco#items'/>")) ==
        got("<query xmlns='http://jabber.org/protocol/disco#items'/>"));
  CHECK(ask(service, get("<query xmlns='jabber:iq:version'/>"))
            .find("<query xmlns='jabber:iq:version'><name>Restanza</name><version>") != std::string::npos);
  CHECK(ask(service, get("<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>")) ==
        failed("item-not-found"));
  CHECK(ask(service, get("<query xmlns='http://jabber.org/protocol/disco#items' node='n'/>")) ==
        failed("item-not-found"));
}

TEST_CASE("everything else that waits for an answer gets an error") {
  FakeClock clock;
  const DomainService service({"rest.localhost", "component", "generic", {}}, clock);
  CHECK(ask(service, get("<query xmlns='jabber:iq:last'/>")) == failed("service-unavailable"));
  CHECK(ask(service, get("")) == failed("service-unavailable"));
  CHECK(ask(service, get(kPing, "bot@rest.localhost")) ==
        failed("service-unavailable", "bot@rest.localhost"));
  CHECK(ask(service, get(kPing, "rest.localhost/r")) == failed("service-unavailable", "rest.localhost/r"));
  CHECK(ask(service, "<iq type='set' id='q1' from='alice@localhost/x' to='rest.localhost'>" + kPing +
                         "</iq>") == failed("service-unavailable"));
  CHECK(ask(service, "<message id='q1' from='alice@localhost/x' to='rest.localhost'/>") ==
        "<message type='error' id='q1' from='rest.localhost' to='alice@localhost/x'><error type='cancel'>"
        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
}

TEST_CASE("presence, answers, errors and a room's messages are never answered") {
  FakeClock clock;
  const DomainService service({"rest.localhost", "component", "generic", {}}, clock);
  const std::string rest = " id='q1' from='alice@localhost/x' to='rest.localhost'/>";
  for (const char* start :
       {"<presence", "<presence type='subscribe'", "<presence type='error'", "<message type='error'",
        "<message type='groupchat'", "<iq type='result'", "<iq type='error'", "<iq type='odd'"}) {
    CHECK(ask(service, start + rest) == "nothing");
  }
}

TEST_CASE("a server lists its items and says how long it has been there") {
  FakeClock clock;
  const DomainService service({"rest.localhost", "server", "im", {"bots.localhost", "b&b.localhost"}}, clock);
  CHECK(ask(service, get("<query xmlns='http://jabber.org/protocol/disco#items'/>")) ==
        got("<query xmlns='http://jabber.org/protocol/disco#items'><item jid='bots.localhost'/>"
            "<item jid='b&amp;b.localhost'/></query>"));
  const std::string info = ask(service, get("<query xmlns='http://jabber.org/protocol/disco#info'/>"));
  CHECK(info.find("<identity category='server' type='im' name='Restanza'/>") != std::string::npos);
  CHECK(info.find("<feature var='jabber:iq:last'/>") != std::string::npos);
  clock.advance(90s);
  CHECK(ask(service, get("<query xmlns='jabber:iq:last'/>")) ==
        got("<query xmlns='jabber:iq:last' seconds='90'/>"));
}
