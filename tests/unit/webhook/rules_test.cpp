// SPDX-License-Identifier: MIT
#include "webhook/rules.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

xmpp::Stanza stanza(const std::string& xml) {
  return *xmpp::parse_stanza(xml);
}

bool wanted(uint32_t kinds, uint32_t events, const std::string& xml) {
  Settings settings;
  settings.domain = "rest.localhost";
  settings.kinds = kinds;
  settings.events = events;
  return Rules(settings).wants(stanza(xml));
}

Settings all() {
  Settings settings;
  settings.domain = "rest.localhost";
  return settings;
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
    Settings settings = all();
    settings.types = types;
    return Rules(settings).wants(stanza(xml));
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
    Settings settings = all();
    settings.from = std::move(from);
    settings.to = std::move(to);
    return Rules(settings).wants(stanza("<message from='ann@localhost/phone' to='bot@rest.localhost'/>"));
  };
  CHECK(wanted_of({"*@localhost"}, {}));
  CHECK(wanted_of({"bob@localhost", "ann@localhost"}, {"bot@*"}));
  CHECK_FALSE(wanted_of({"bob@localhost"}, {}));
  CHECK_FALSE(wanted_of({"*@localhost"}, {"other@rest.localhost"}));
  CHECK_FALSE(wanted_of({"*@localhost/tablet"}, {}));
}

TEST_CASE("a child's namespace can be what is asked for") {
  const auto wanted_of = [](const std::vector<std::string>& namespaces, const std::string& inside) {
    Settings settings = all();
    settings.namespaces = namespaces;
    return Rules(settings).wants(stanza("<message to='rest.localhost'>" + inside + "</message>"));
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
  Settings settings = all();
  settings.kinds = mask(xmpp::Kind::message);
  settings.types = {"chat"};
  settings.from = {"ann@localhost"};
  settings.namespaces = {"urn:a"};
  const Rules rules(settings);
  const auto with = [&](const std::string& type, const std::string& from, const std::string& ns) {
    return rules.wants(stanza("<message type='" + type + "' from='" + from +
                              "' to='rest.localhost'><x xmlns='" + ns + "'/></message>"));
  };
  CHECK(with("chat", "ann@localhost", "urn:a"));
  CHECK_FALSE(with("error", "ann@localhost", "urn:a"));
  CHECK_FALSE(with("chat", "bob@localhost", "urn:a"));
  CHECK_FALSE(with("chat", "ann@localhost", "urn:b"));
}

TEST_CASE("fields are filled percent-encoded, and absent ones are empty") {
  const auto message = stanza("<message to='bot@rest.localhost/a?b' from='j&#xFC;rg@localhost/r #1'/>");
  CHECK(fill_fields("/{kind}/{type}/x?to={to}&from={from}", message) ==
        "/message//x?to=bot%40rest.localhost%2Fa%3Fb&from=j%C3%BCrg%40localhost%2Fr%20%231");
  CHECK(fill_fields("/plain", message) == "/plain");
  CHECK(fill_fields("/{to}{to}", stanza("<iq to='a' type='get'/>")) == "/aa");
}

TEST_CASE("a value cannot add a field or a line to the request") {
  const auto message = stanza("<message to='{from}' from='x&#13;&#10;Evil: 1'/>");
  CHECK(fill_fields("/{to}/{from}", message) == "/%7Bfrom%7D/x%0D%0AEvil%3A%201");
}

TEST_CASE("the language is the stanza's own and has a language's form") {
  CHECK(language_of(stanza("<message xml:lang='sv'/>")) == "sv");
  CHECK(language_of(stanza("<message xml:lang='de-CH-1996'/>")) == "de-CH-1996");
  CHECK(language_of(stanza("<message/>")).empty());
  CHECK(language_of(stanza("<message><body xml:lang='fr'>x</body></message>")).empty());
  CHECK(language_of(stanza("<message xml:lang='en&#13;&#10;Evil: 1'/>")).empty());
}
