// SPDX-License-Identifier: MIT
#include "webhook/request/body.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::webhook;
using mapping::Format;
using nlohmann::json;

namespace {

const std::string kChat =
    "<message xml:lang='sv' type='chat' id='1' from='u@localhost/r' to='bot@rest.localhost'>"
    "<body>a &amp; b\xC3\xA9</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>";
const std::string kTyping =
    "<message type='chat' id='2' from='u@localhost/r' to='bot@rest.localhost'>"
    "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
const std::string kUnknown =
    "<message id='3' from='u@localhost/r' to='bot@rest.localhost'>"
    "<body>Hi</body><mood xmlns='urn:example:mood'/></message>";

Body body(const std::string& xml, Format format, const mapping::Options& options = {}) {
  return body_of(*xmpp::parse_stanza(xml), format, options);
}

}  // namespace

TEST_CASE("as XML the body is the stanza's own text") {
  const Body got = body(kUnknown, Format::xml);
  CHECK(got.text == kUnknown);
  CHECK(got.format == Format::xml);
  CHECK(got.unmapped.empty());
}

TEST_CASE("as JSON the body holds the mapped fields") {
  const Body got = body(kChat, Format::json);
  CHECK(got.format == Format::json);
  CHECK(json::parse(got.text) == json::parse(R"({
    "kind": "message", "type": "chat", "id": "1", "from": "u@localhost/r", "to": "bot@rest.localhost",
    "lang": "sv", "body": "a & b\u00e9", "state": "active"})"));
}

TEST_CASE("as CBOR the body holds the same") {
  const Body got = body(kTyping, Format::cbor);
  CHECK(got.format == Format::cbor);
  CHECK(json::from_cbor(got.text) == json::parse(R"({
    "kind": "message", "type": "chat", "id": "2", "from": "u@localhost/r", "to": "bot@rest.localhost",
    "state": "composing"})"));
}

TEST_CASE("as a form the body holds what is flat") {
  const Body got = body(
      "<iq type='get' id='4' from='u@localhost/r' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>",
      Format::form);
  CHECK(got.format == Format::form);
  CHECK(got.text == "from=u%40localhost%2Fr&id=4&kind=iq&ping=&to=rest.localhost&type=get");
}

TEST_CASE("as text the body is the message's, and empty where there is none") {
  CHECK(body(kChat, Format::text).text == "a & b\xC3\xA9");
  CHECK(body(kChat, Format::text).format == Format::text);
  CHECK(body(kTyping, Format::text).text.empty());
  CHECK(body("<presence from='u@localhost/r' to='bot@rest.localhost'/>", Format::text).text.empty());
}

TEST_CASE("what has no mapping is left out and named, or kept as XML where the settings say so") {
  const Body without = body(kUnknown, Format::json);
  CHECK(json::parse(without.text) == json::parse(R"({"kind": "message", "id": "3",
    "from": "u@localhost/r", "to": "bot@rest.localhost", "body": "Hi"})"));
  CHECK(without.unmapped == std::vector<std::string>{"{urn:example:mood}mood"});
  mapping::Options options;
  options.raw_xml = true;
  const Body with = body(kUnknown, Format::json, options);
  CHECK_THAT(with.text, Contains("urn:example:mood"));
}

TEST_CASE("what cannot be read goes as the XML that it came as") {
  xmpp::Stanza odd = *xmpp::parse_stanza(kTyping);
  odd.xml = "<message to='bot@rest.localhost'><a:b/></message>";  // a prefix that is not declared
  for (const Format format : mapping::kFormats) {
    const Body got = body_of(odd, format, {});
    CHECK(got.format == Format::xml);
    CHECK(got.text == odd.xml);
  }
}
