// SPDX-License-Identifier: MIT
// Answers in every format as replies, and whole deliveries in every format.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/webhook/running.h"
#include "webhook/request/reply.h"

using namespace restanza;
using namespace restanza::webhook;
using nlohmann::json;

namespace {

const std::string kMessage =
    "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>";
const std::string kIq =
    "<iq type='get' id='ID1' from='u@localhost/r' to='bot@rest.localhost/x'>"
    "<query xmlns='jabber:iq:version'/></iq>";
const std::string kEmptyResult =
    "<iq type='result' id='ID1' from='bot@rest.localhost/x' to='u@localhost/r'/>";
constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kCbor = "application/cbor";

std::string cbor(const std::string& text) {
  const auto bytes = json::to_cbor(json::parse(text));
  return std::string(bytes.begin(), bytes.end());
}

Answer answer(const std::string& xml, const std::string& content_type, const std::string& body,
              const mapping::Options& options = {}) {
  Outcome outcome;
  outcome.end = Outcome::End::answered;
  outcome.status = 200;
  outcome.content_type = content_type;
  outcome.body = body;
  return answer_to(*xmpp::parse_stanza(xml), outcome, options);
}

// The reply without its id.
std::string only(const Answer& answer) {
  REQUIRE(answer.stanzas.size() == 1);
  std::string xml = answer.stanzas[0].xml;
  const std::string id = " id='" + answer.stanzas[0].id + "'";
  return xml.erase(xml.find(id), id.size());
}

}  // namespace

TEST_CASE("an answer in any format becomes a message") {
  const std::string head = "<message from='bot@rest.localhost' to='u@localhost/r'";
  CHECK(only(answer(kMessage, kJson, R"({"kind": "message", "body": "hello", "to": "evil@x"})")) ==
        head + "><body>hello</body></message>");
  CHECK(only(answer(kMessage, kJson, R"({"type": "chat", "body": "hello"})")) ==
        head + " type='chat'><body>hello</body></message>");
  CHECK(only(answer(kMessage, kForm, "type=headline&body=a+b")) ==
        head + " type='headline'><body>a b</body></message>");
  CHECK(only(answer(kMessage, kText, "5 < 6")) == head + " type='chat'><body>5 &lt; 6</body></message>");
  CHECK(only(answer(kMessage, kCbor, cbor(R"({"body": "hello"})"))) ==
        head + "><body>hello</body></message>");
}

TEST_CASE("an answer in any format that can say it becomes the result of an iq") {
  const std::string result =
      "<iq from='bot@rest.localhost/x' to='u@localhost/r' type='result'>"
      "<query xmlns='jabber:iq:version'><name>b</name><version>1</version></query></iq>";
  const std::string version = R"({"kind": "iq", "version": {"name": "b", "version": "1"}})";
  CHECK(only(answer(kIq, kJson, version)) == result);
  CHECK(only(answer(kIq, kCbor, cbor(version))) == result);
  CHECK(
      only(answer(kIq, kForm, "type=result&ping=")) ==
      "<iq from='bot@rest.localhost/x' to='u@localhost/r' type='result'><ping xmlns='urn:xmpp:ping'/></iq>");
}

TEST_CASE("an answer in JSON can be a stanza error") {
  const auto got =
      answer(kMessage, kJson, R"({"kind": "message", "error": {"condition": "gone", "type": "cancel"}})");
  REQUIRE(got.stanzas.size() == 1);
  CHECK(got.stanzas[0].type == "error");
  CHECK(got.stanzas[0].id == "ID1");
  CHECK_THAT(got.stanzas[0].xml, Contains("<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"));
}

TEST_CASE("text is no answer to an iq or a presence") {
  const auto iq = answer(kIq, kText, "hello");
  CHECK(iq.stanzas.at(0).xml == kEmptyResult);
  CHECK_FALSE(iq.warning.empty());
  const auto presence = answer("<presence from='u@localhost/r' to='bot@rest.localhost'/>", kText, "hello");
  CHECK(presence.stanzas.empty());
  CHECK_FALSE(presence.warning.empty());
}

TEST_CASE(
    "what is broken where a stanza was announced is an error for an iq, and otherwise an empty result") {
  for (const auto& [type, body] :
       std::vector<std::pair<std::string, std::string>>{{kJson, "{"},
                                                        {kJson, "[]"},
                                                        {kJson, R"({"kind": "iq", "version": {"name": 5}})"},
                                                        {kJson, R"({"kind": "letter"})"},
                                                        {kCbor, "\xFF"},
                                                        {"application/xmpp+xml", "<iq>"}}) {
    CAPTURE(type, body);
    const auto iq = answer(kIq, type, body);
    CHECK(iq.stanzas.at(0).type == "error");
    CHECK_THAT(iq.stanzas.at(0).xml, Contains("<internal-server-error "));
    CHECK_FALSE(iq.warning.empty());
    const auto message = answer(kMessage, type, body);
    CHECK(message.stanzas.empty());
    CHECK_FALSE(message.warning.empty());
  }
  for (const auto& [type, body] : std::vector<std::pair<std::string, std::string>>{
           {kForm, "body=%FF"}, {kText, "\xFF"}, {"text/html", "<p/>"}, {"", "ok"}}) {
    CAPTURE(type, body);
    CHECK(answer(kIq, type, body).stanzas.at(0).xml == kEmptyResult);
    CHECK(answer(kMessage, type, body).stanzas.empty());
    CHECK_FALSE(answer(kMessage, type, body).warning.empty());
  }
}

TEST_CASE("a warning about an answer shows none of its content") {
  for (const std::string body :
       {R"({"body": {"secret": "hunter2"}})", R"({"kind": "hunter2"})", R"("hunter2)"}) {
    CAPTURE(body);
    const auto got = answer(kMessage, kJson, body);
    CHECK_FALSE(got.warning.empty());
    CHECK_THAT(got.warning, !Contains("hunter2"));
  }
}

TEST_CASE("an answer's keys without mapping are dropped and named, or refused where the settings say so") {
  const std::string body = R"({"kind": "message", "body": "a", "mood": "happy"})";
  const auto got = answer(kMessage, kJson, body);
  CHECK(got.stanzas.size() == 1);
  CHECK(got.warning.empty());
  CHECK(got.unmapped == std::vector<std::string>{"mood"});
  mapping::Options strict;
  strict.strict = true;
  const auto refused = answer(kMessage, kJson, body, strict);
  CHECK(refused.stanzas.empty());
  CHECK_THAT(refused.warning, Contains("/mood"));
}

TEST_CASE("deliveries have the configured format, and say so") {
  const std::string stanza_xml =
      "<message xml:lang='sv' type='chat' id='1' from='u@localhost/r' to='bot@rest.localhost'>"
      "<body>Hej du</body><mood xmlns='urn:example:mood'/></message>";
  const json as_json = json::parse(R"({"kind": "message", "type": "chat", "id": "1", "lang": "sv",
    "from": "u@localhost/r", "to": "bot@rest.localhost", "body": "Hej du"})");
  for (const mapping::Format format : mapping::kFormats) {
    CAPTURE(mapping::media_type(format));
    Collected<std::string> requests;
    MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
      requests.add(request);
      return response(204);
    }));
    Running r(endpoint);
    r.settings[0].format = format;
    r.start();
    r.give(stanza(stanza_xml));
    const auto seen = requests.wait(1);
    REQUIRE(seen.size() == 1);
    CHECK_THAT(seen[0], Contains(std::string("\r\nContent-Type: ") + mapping::media_type(format) + "\r\n"));
    CHECK_THAT(seen[0], Contains("\r\nContent-Language: sv\r\n"));
    const std::string body = seen[0].substr(seen[0].find("\r\n\r\n") + 4);
    switch (format) {
      case mapping::Format::xml:
        CHECK(body == stanza_xml);
        break;
      case mapping::Format::json:
        CHECK(json::parse(body) == as_json);
        break;
      case mapping::Format::cbor:
        CHECK(json::from_cbor(body) == as_json);
        break;
      case mapping::Format::form:
        CHECK(
            body ==
            "body=Hej+du&from=u%40localhost%2Fr&id=1&kind=message&lang=sv&to=bot%40rest.localhost&type=chat");
        break;
      case mapping::Format::text:
        CHECK(body == "Hej du");
        break;
    }
    REQUIRE(r.drain());
    const bool named = format != mapping::Format::xml && format != mapping::Format::text;
    const auto said = r.log.levelled.now();  // the first is of the journal
    REQUIRE(said.size() == (named ? 2 : 1));
    if (named) {
      CHECK(said[1].first == Level::debug);
      CHECK_THAT(said[1].second, Contains("{urn:example:mood}mood"));
    }
  }
}
