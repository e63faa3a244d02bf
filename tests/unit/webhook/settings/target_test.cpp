// SPDX-License-Identifier: MIT
#include "webhook/settings/target.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

xmpp::Stanza parsed_stanza(const std::string& xml) {
  return *xmpp::parse_stanza(xml);
}

}  // namespace

TEST_CASE("fields are filled percent-encoded, and in the query absent ones are empty") {
  const auto message =
      parsed_stanza("<message to='bot@rest.localhost/a?b' from='j&#xFC;rg@localhost/r #1'/>");
  CHECK(fill_fields("/{kind}/x?type={type}&to={to}&from={from}", message) ==
        "/message/x?type=&to=bot%40rest.localhost%2Fa%3Fb&from=j%C3%BCrg%40localhost%2Fr%20%231");
  CHECK(fill_fields("/plain", message) == "/plain");
  CHECK(fill_fields("/{to}{to}", parsed_stanza("<iq to='a' type='get'/>")) == "/aa");
}

TEST_CASE("a value cannot add a field or a line to the request") {
  const auto message = parsed_stanza("<message to='{from}' from='x&#13;&#10;Evil: 1'/>");
  CHECK(fill_fields("/{to}/{from}", message) == "/%7Bfrom%7D/x%0D%0AEvil%3A%201");
}

TEST_CASE("in the path an absent value has a stand-in, so that no segment vanishes") {
  for (const char* type : {"", " type=''"}) {
    CAPTURE(type);
    const auto stanza = [&](const std::string& kind) {
      return parsed_stanza("<" + kind + type + " to='a'/>");
    };
    CHECK(fill_fields("/{kind}/{type}/{to}", stanza("message")) == "/message/normal/a");
    CHECK(fill_fields("/{kind}/{type}/{to}", stanza("presence")) == "/presence/available/a");
    CHECK(fill_fields("/{kind}/{type}/{to}", stanza("iq")) == "/iq/-/a");
    CHECK(fill_fields("/in/{type}", stanza("message")) == "/in/normal");
    CHECK(fill_fields("/x-{type}?{type}", stanza("message")) == "/x-normal?");
  }
  CHECK(fill_fields("/{to}/{from}/x", parsed_stanza("<message to=''/>")) == "/-/-/x");
  CHECK(fill_fields("/{type}", parsed_stanza("<message type='chat'/>")) == "/chat");
}

TEST_CASE("a value in the path is one segment, also for a server that decodes before it resolves dots") {
  const auto filled = [](const std::string& type) {
    return fill_fields("/in/{type}/x", parsed_stanza("<message type='" + type + "'/>"));
  };
  CHECK(filled(".") == "/in/%252E/x");
  CHECK(filled("..") == "/in/%252E%252E/x");
  CHECK(filled("../../admin") == "/in/%252E%252E%2F%252E%252E%2Fadmin/x");
  CHECK(filled("a/./b/..") == "/in/a%2F%252E%2Fb%2F%252E%252E/x");
  CHECK(filled("..\\..") == "/in/%252E%252E%5C%252E%252E/x");
  CHECK(filled("/") == "/in/%2F/x");
  CHECK(filled("%2E%2E") == "/in/%252E%252E/x");
  CHECK(filled("...") == "/in/.../x");
  CHECK(filled(".well-known") == "/in/.well-known/x");
  CHECK(filled("a..b") == "/in/a..b/x");
  const auto address = parsed_stanza("<message to='bot@rest.localhost/..' from='eve@evil.example/../../x'/>");
  CHECK(fill_fields("/{to}/{from}", address) ==
        "/bot%40rest.localhost%2F%252E%252E/eve%40evil.example%2F%252E%252E%2F%252E%252E%2Fx");
  CHECK(fill_fields("/x?{to}", address) == "/x?bot%40rest.localhost%2F..");
}

TEST_CASE("the language is the stanza's own and has a language's form") {
  CHECK(language_of(parsed_stanza("<message xml:lang='sv'/>")) == "sv");
  CHECK(language_of(parsed_stanza("<message xml:lang='de-CH-1996'/>")) == "de-CH-1996");
  CHECK(language_of(parsed_stanza("<message/>")).empty());
  CHECK(language_of(parsed_stanza("<message><body xml:lang='fr'>x</body></message>")).empty());
  CHECK(language_of(parsed_stanza("<message xml:lang='en&#13;&#10;Evil: 1'/>")).empty());
}
