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

TEST_CASE("fields are filled percent-encoded, and absent ones are empty") {
  const auto message =
      parsed_stanza("<message to='bot@rest.localhost/a?b' from='j&#xFC;rg@localhost/r #1'/>");
  CHECK(fill_fields("/{kind}/{type}/x?to={to}&from={from}", message) ==
        "/message//x?to=bot%40rest.localhost%2Fa%3Fb&from=j%C3%BCrg%40localhost%2Fr%20%231");
  CHECK(fill_fields("/plain", message) == "/plain");
  CHECK(fill_fields("/{to}{to}", parsed_stanza("<iq to='a' type='get'/>")) == "/aa");
}

TEST_CASE("a value cannot add a field or a line to the request") {
  const auto message = parsed_stanza("<message to='{from}' from='x&#13;&#10;Evil: 1'/>");
  CHECK(fill_fields("/{to}/{from}", message) == "/%7Bfrom%7D/x%0D%0AEvil%3A%201");
}

TEST_CASE("the language is the stanza's own and has a language's form") {
  CHECK(language_of(parsed_stanza("<message xml:lang='sv'/>")) == "sv");
  CHECK(language_of(parsed_stanza("<message xml:lang='de-CH-1996'/>")) == "de-CH-1996");
  CHECK(language_of(parsed_stanza("<message/>")).empty());
  CHECK(language_of(parsed_stanza("<message><body xml:lang='fr'>x</body></message>")).empty());
  CHECK(language_of(parsed_stanza("<message xml:lang='en&#13;&#10;Evil: 1'/>")).empty());
}
