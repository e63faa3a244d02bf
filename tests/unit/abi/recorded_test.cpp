// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing, through the border: every case whose bodies are XML, or whose refusal
// comes before a body is read.
#include <algorithm>

#include "support/vectors.h"
#include "unit/abi/loaded_plugin.h"
#include "unit/webhook/endpoint.h"

using namespace restanza;
using nlohmann::json;

namespace {

// The names of cases that need a format other than XML.
const std::vector<std::string> kOtherFormats = {
    "j2x.", "x2j.", "form.", "text.", "accept.", "path.", "get.", "err.json.", "post.iq.ping.json"};

bool needs_other_format(const std::string& name) {
  return std::any_of(kOtherFormats.begin(), kOtherFormats.end(),
                     [&](const std::string& prefix) { return name.rfind(prefix, 0) == 0; });
}

FakeHost::Request request_of(const json& recorded) {
  FakeHost::Request request;
  request.method = recorded["method"];
  request.path = recorded["path"];
  for (const auto& [header, key] :
       {std::pair("Content-Type", "content_type"), std::pair("Accept", "accept")}) {
    if (recorded.contains(key)) request.headers.emplace_back(header, recorded[key].get<std::string>());
  }
  if (recorded["authorized"]) request.headers.emplace_back("Authorization", basic("rest.localhost", kSecret));
  if (recorded.contains("body")) request.body = bytes_of(recorded["body"]);
  if (recorded.contains("body_repeat")) {
    const json& repeat = recorded["body_repeat"];
    request.body = repeat["prefix"];
    for (int i = 0; i < repeat["times"].get<int>(); ++i) request.body += repeat["unit"].get<std::string>();
    request.body += repeat["suffix"].get<std::string>();
  }
  return request;
}

std::string media_type(const std::string& content_type) {
  return content_type.substr(0, content_type.find(';'));
}

void check_body(const FakeHost::Response& response, const json& wanted, const std::string& request) {
  const std::string type = wanted.value("content_type", "");
  CHECK(media_type(response.header("Content-Type")) == type);
  if (type == "application/json") {
    json is = json::parse(response.body);
    json should = json::parse(wanted["body"].get<std::string>());
    is["error"].erase("source");
    should["error"].erase("source");
    CHECK(is == should);
  } else if (type == kXmppXml) {
    check_stanza(response.body, wanted["body"], request);
  }
}

}  // namespace

TEST_CASE("requests are answered as recorded") {
  size_t ran = 0;
  for (const json& one : recorded(VECTORS "/rest.json")) {
    const std::string name = one["name"];
    if (needs_other_format(name)) continue;
    ++ran;
    CAPTURE(name);
    LoadedPlugin loaded;
    const auto request = request_of(one["request"]);
    const auto call = loaded.host.request(request);
    if (name == "post.iq.ping") {
      // Recorded from a live server, for which the test answers.
      REQUIRE(loaded.host.sent().size() == 1);
      auto sent = xml_tree(loaded.host.sent()[0]);
      CHECK(loaded.host.offer("<iq type='result' from='localhost' to='rest.localhost' id='" +
                              sent->attributes["id"] + "'/>") == XP_CONSUME);
    }
    const auto response = loaded.host.wait(call);
    REQUIRE(response);
    CHECK(response->status == one["response"]["status"]);
    check_body(*response, one["response"], request.body);
    if (response->status == 401) CHECK(response->header("WWW-Authenticate").find("Basic") == 0);
    if (response->status != 202 && name != "post.iq.ping") CHECK(loaded.host.sent().empty());
  }
  CHECK(ran == 47);
}

TEST_CASE("stanzas reach the webhook and are answered as recorded") {
  size_t ran = 0;
  for (const json& one : recorded(VECTORS "/webhooks.json")) {
    const json& canned = one["callback_response"];
    if (canned["content_type"] != "" && canned["content_type"] != kXmppXml) continue;
    ++ran;
    CAPTURE(one["name"].get<std::string>());
    const json& expected = one["callback_request"];
    webhook::Collected<std::string> requests;
    webhook::Endpoint endpoint(webhook::Endpoint::each_request([&](const std::string& request) {
      requests.add(request);
      return webhook::response(canned["status"], canned["content_type"], canned["body"]);
    }));
    FakeHost::Settings place;
    place.domain = "hook.localhost";
    LoadedPlugin loaded(callback_to(endpoint.url(expected["path"])), place);
    const std::string stanza = expected["body"];
    REQUIRE(loaded.host.offer(stanza) == XP_CONSUME);
    loaded.end();

    const auto seen = requests.now();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].rfind("POST " + expected["path"].get<std::string>() + " HTTP/1.1\r\n", 0) == 0);
    check_stanza(seen[0].substr(seen[0].find("\r\n\r\n") + 4), stanza, stanza);
    const auto replies = loaded.host.sent();
    REQUIRE(replies.size() == one["reply"].size());
    for (size_t i = 0; i < replies.size(); ++i) check_stanza(replies[i], one["reply"][i], stanza);
  }
  CHECK(ran == 51);
}
