// SPDX-License-Identifier: MIT
#include "subscription/rules.h"

#include "support/catch.h"
#include "support/stanza.h"

using namespace restanza;
using namespace restanza::subscription;
using test::stanza;

namespace {

bool wanted(uint32_t kinds, uint32_t events, const std::string& xml) {
  StanzaFilter filter;
  filter.domain = "rest.localhost";
  filter.kinds = kinds;
  filter.events = events;
  return Rules(filter).wants(stanza(xml));
}

StanzaFilter all() {
  StanzaFilter filter;
  filter.domain = "rest.localhost";
  return filter;
}

}  // namespace

TEST_CASE("what a stanza is addressed to is told by the shape of its address") {
  CHECK(event_of(stanza("<message to='bot@rest.localhost'/>")) == Event::bare);
  CHECK(event_of(stanza("<message to='bot@rest.localhost/r'/>")) == Event::full);
  CHECK(event_of(stanza("<message to='rest.localhost'/>")) == Event::host);
  CHECK(event_of(stanza("<message to='rest.localhost/a@b'/>")) == Event::host);
}

TEST_CASE("kind, event and domain all decide") {
  CHECK(wanted(kAllKinds, kAllEvents, "<iq type='get' to='rest.localhost'/>"));
  CHECK_FALSE(wanted(mask(xmpp::Kind::message), kAllEvents, "<iq type='get' to='rest.localhost'/>"));
  CHECK(wanted(mask(xmpp::Kind::message), kAllEvents, "<message to='rest.localhost'/>"));
  CHECK_FALSE(wanted(kAllKinds, mask(Event::host), "<message to='bot@rest.localhost'/>"));
  CHECK(wanted(kAllKinds, mask(Event::bare), "<message to='bot@rest.localhost'/>"));
  CHECK_FALSE(wanted(kAllKinds, kAllEvents, "<message to='bot@other.localhost'/>"));
  CHECK_FALSE(wanted(kAllKinds, kAllEvents, "<message to='bot@sub.rest.localhost'/>"));
  CHECK_FALSE(wanted(kAllKinds, kAllEvents, "<message/>"));
}

TEST_CASE("types are chosen by name, the absent one too") {
  const auto wanted_of = [](const std::vector<std::string>& types, const std::string& xml) {
    StanzaFilter filter = all();
    filter.types = types;
    return Rules(filter).wants(stanza(xml));
  };
  CHECK(wanted_of({"chat"}, "<message type='chat' to='rest.localhost'/>"));
  CHECK_FALSE(wanted_of({"chat"}, "<message to='rest.localhost'/>"));
  CHECK(wanted_of({"normal"}, "<message to='rest.localhost'/>"));
  CHECK(wanted_of({"normal"}, "<message type='normal' to='rest.localhost'/>"));
  CHECK(wanted_of({"normal"}, "<message type='letter' to='rest.localhost'/>"));  // RFC 6121 section 5.2.2
  CHECK_FALSE(wanted_of({"normal"}, "<presence to='rest.localhost'/>"));
  CHECK(wanted_of({"available"}, "<presence to='rest.localhost'/>"));
  CHECK_FALSE(wanted_of({"available"}, "<presence type='unavailable' to='rest.localhost'/>"));
  CHECK_FALSE(wanted_of({"available"}, "<message to='rest.localhost'/>"));
  CHECK(wanted_of({"chat", "set"}, "<iq type='set' to='rest.localhost'/>"));
  CHECK_FALSE(wanted_of({"chat", "set"}, "<iq type='get' to='rest.localhost'/>"));
}

TEST_CASE("sender and recipient are chosen by patterns") {
  const auto wanted_of = [](std::vector<std::string> from, std::vector<std::string> to) {
    StanzaFilter filter = all();
    filter.from = std::move(from);
    filter.to = std::move(to);
    return Rules(filter).wants(stanza("<message from='ann@localhost/phone' to='bot@rest.localhost'/>"));
  };
  CHECK(wanted_of({"*@localhost"}, {}));
  CHECK(wanted_of({"bob@localhost", "ann@localhost"}, {"bot@*"}));
  CHECK_FALSE(wanted_of({"bob@localhost"}, {}));
  CHECK_FALSE(wanted_of({"*@localhost"}, {"other@rest.localhost"}));
  CHECK_FALSE(wanted_of({"*@localhost/tablet"}, {}));
}

TEST_CASE("a child's namespace can be what is asked for") {
  const auto wanted_of = [](const std::vector<std::string>& namespaces, const std::string& inside) {
    StanzaFilter filter = all();
    filter.namespaces = namespaces;
    return Rules(filter).wants(stanza("<message to='rest.localhost'>" + inside + "</message>"));
  };
  CHECK(wanted_of({"urn:a"}, "<body>x</body><y xmlns='urn:a'/>"));
  CHECK(wanted_of({"urn:b", "urn:a"}, "<p:y xmlns:p='urn:a'/>"));
  CHECK_FALSE(wanted_of({"urn:a"}, "<body>urn:a</body>"));
  CHECK_FALSE(wanted_of({"urn:a"}, "<y xmlns='urn:a:b'/>"));
  CHECK_FALSE(wanted_of({"urn:a"}, "<y xmlns='urn:b'><z xmlns='urn:a'/></y>"));  // no child of the stanza
  CHECK(wanted_of({"jabber:client"}, "<body>x</body>"));
  CHECK_FALSE(wanted_of({"urn:a"}, ""));
}

TEST_CASE("every filter has its say") {
  StanzaFilter filter = all();
  filter.kinds = mask(xmpp::Kind::message);
  filter.types = {"chat"};
  filter.from = {"ann@localhost"};
  filter.namespaces = {"urn:a"};
  const Rules rules(filter);
  const auto with = [&](const std::string& type, const std::string& from, const std::string& ns) {
    return rules.wants(stanza("<message type='" + type + "' from='" + from +
                              "' to='rest.localhost'><x xmlns='" + ns + "'/></message>"));
  };
  CHECK(with("chat", "ann@localhost", "urn:a"));
  CHECK_FALSE(with("error", "ann@localhost", "urn:a"));
  CHECK_FALSE(with("chat", "bob@localhost", "urn:a"));
  CHECK_FALSE(with("chat", "ann@localhost", "urn:b"));
}
