// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing with stanzas that arrive, through the border: the webhook's request as it
// comes off the wire, and what goes back for the webhook's answer.
#include "support/vectors.h"
#include "unit/abi/loaded_plugin.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;
using nlohmann::json;

namespace {

std::string header(const std::string& request, const std::string& name) {
  const size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

void check_request(const std::string& got, const json& wanted, const std::string& stanza) {
  CHECK(got.rfind("POST " + wanted["path"].get<std::string>() + " HTTP/1.1\r\n", 0) == 0);
  CHECK(header(got, "Content-Type") == wanted["content_type"]);
  CHECK(header(got, "Content-Language") == wanted["content_language"]);
  // More types may follow those that were recorded.
  CHECK((header(got, "Accept") + ",").rfind(wanted["accept"].get<std::string>() + ",", 0) == 0);
  check_stanza(got.substr(got.find("\r\n\r\n") + 4), wanted["body"], stanza);
}

}  // namespace

TEST_CASE("stanzas reach the webhook and are answered as recorded") {
  const auto cases = recorded(VECTORS "/webhooks.json");
  size_t ran = 0;
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const json& expected = one["callback_request"];
    const json& canned = one["callback_response"];
    webhook::Collected<std::string> requests;
    webhook::HttpEndpoint endpoint(webhook::HttpEndpoint::each_request([&](const std::string& request) {
      requests.add(request);
      return webhook::response(canned["status"], canned["content_type"], canned["body"]);
    }));
    FakeHost::Settings place;
    place.domain = "hook.localhost";
    LoadedPlugin loaded(callback_to(endpoint.url(expected["path"])), place);
    const std::string stanza = expected["body"];  // with the language that the recording's server added
    REQUIRE(loaded.host.offer(stanza) == XP_CONSUME);
    loaded.end();

    const auto seen = requests.now();
    REQUIRE(seen.size() == 1);
    check_request(seen[0], expected, stanza);
    const auto replies = loaded.host.sent();
    REQUIRE(replies.size() == one["reply"].size());
    const std::string type = canned["content_type"];
    const bool ordered = type != "application/json" && type != "application/x-www-form-urlencoded";
    for (size_t i = 0; i < replies.size(); ++i) check_stanza(replies[i], one["reply"][i], stanza, ordered);
    ++ran;
  }
  CHECK(cases.size() == 55);
  CHECK(ran == cases.size());
}
