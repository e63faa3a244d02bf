// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing, where both sides speak XML: each case through the reply rules alone and
// through a real request on loopback.
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "support/catch.h"
#include "unit/webhook/endpoint.h"
#include "webhook/dispatcher.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;
using namespace restanza::webhook;
using nlohmann::json;

namespace {

std::vector<json> recorded() {
  std::ifstream file(VECTORS "/webhooks.json");
  std::vector<json> cases;
  for (json& one : json::parse(file)) {
    const std::string type = one["callback_response"]["content_type"];
    if (type.empty() || type == "application/xmpp+xml") cases.push_back(std::move(one));
  }
  return cases;
}

std::string content(const std::string& xml) {
  const auto document = xml::parse(xml);
  std::string out;
  for (const xml::Element child : xml::children(document->root())) out += xml::write(child);
  return out;
}

void check_replies(const std::vector<xmpp::Stanza>& got, const json& expected, const std::string& asked_id) {
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    const auto want = *xmpp::parse_stanza(expected[i].get<std::string>());
    CHECK(got[i].kind == want.kind);
    CHECK(got[i].type == want.type);
    CHECK(got[i].from == want.from);
    CHECK(got[i].to == want.to);
    CHECK(content(got[i].xml) == content(want.xml));
    const bool random = want.id.size() == 24;  // the recording's own generated ids
    if (random) {
      CHECK(got[i].id.size() == 24);
      CHECK(got[i].id != asked_id);
    } else {
      CHECK(got[i].id == want.id);
    }
  }
}

std::string header(const std::string& request, const std::string& name) {
  const size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

}  // namespace

TEST_CASE("replies are as recorded") {
  const auto cases = recorded();
  REQUIRE(cases.size() == 51);
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const auto asked = *xmpp::parse_stanza(one["callback_request"]["body"].get<std::string>());
    Outcome outcome;
    outcome.end = Outcome::End::answered;
    outcome.status = one["callback_response"]["status"];
    outcome.content_type = one["callback_response"]["content_type"];
    outcome.body = one["callback_response"]["body"];
    check_replies(answer_to(asked, outcome, decode_xml).stanzas, one["reply"], asked.id);
  }
}

TEST_CASE("requests and replies over HTTP are as recorded") {
  const auto cases = recorded();
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const json& expected = one["callback_request"];
    const json& canned = one["callback_response"];
    Collected<std::string> requests;
    Endpoint endpoint(Endpoint::each_request([&](const std::string& request) {
      requests.add(request);
      return response(canned["status"], canned["content_type"], canned["body"]);
    }));
    Settings settings;
    settings.url = endpoint.url(expected["path"]);
    settings.domain = "hook.localhost";
    settings.max_connections = 1;
    CollectedLog log;
    Collected<xmpp::Stanza> replies;
    Gate drained;
    Dispatcher dispatcher(
        settings, [&](xmpp::Stanza reply) { replies.add(std::move(reply)); }, timer, log);

    const auto asked = *xmpp::parse_stanza(expected["body"].get<std::string>());
    REQUIRE(dispatcher.wants(asked));
    REQUIRE(dispatcher.take(xmpp::Stanza(asked)));
    dispatcher.drain([&] { drained.open(); });
    REQUIRE(drained.pass());

    const auto seen = requests.now();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].rfind("POST " + expected["path"].get<std::string>() + " HTTP/1.1\r\n", 0) == 0);
    CHECK(header(seen[0], "Content-Type") == expected["content_type"]);
    CHECK(header(seen[0], "Accept") == expected["accept"]);
    CHECK(header(seen[0], "Content-Language") == expected["content_language"]);
    CHECK(seen[0].substr(seen[0].find("\r\n\r\n") + 4) == asked.xml);
    check_replies(replies.now(), one["reply"], asked.id);
  }
}
