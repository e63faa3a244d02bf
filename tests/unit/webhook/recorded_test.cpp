// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing: each case through the reply rules alone and through the whole dispatcher.
#include <algorithm>

#include "support/vectors.h"
#include "unit/webhook/running.h"
#include "webhook/request/reply.h"

using namespace restanza;
using namespace restanza::webhook;
using nlohmann::json;

namespace {

// Siblings that were made from JSON or a form have no order.
void sort_children(XmlTree& tree) {
  for (XmlTree& child : tree.children) sort_children(child);
  std::sort(tree.children.begin(), tree.children.end(),
            [](const XmlTree& a, const XmlTree& b) { return shown(a) < shown(b); });
}

// All but the id, which may have been generated.
std::string content(const std::string& xml, bool ordered) {
  XmlTree tree = *xml_tree(xml);
  tree.attributes.erase("id");
  if (!ordered) sort_children(tree);
  return shown(tree);
}

void check_replies(const std::vector<xmpp::Stanza>& got, const json& one, const std::string& asked_id) {
  const json& expected = one["reply"];
  const std::string type = one["callback_response"]["content_type"];
  const bool ordered = type != "application/json" && type != "application/x-www-form-urlencoded";
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    const auto want = *xmpp::parse_stanza(expected[i].get<std::string>());
    CHECK(content(got[i].xml, ordered) == content(want.xml, ordered));
    const bool random = want.id.size() == 24;  // the recording's own generated ids
    if (random) {
      CHECK(got[i].id.size() == 24);
      CHECK(got[i].id != asked_id);
    } else {
      CHECK(got[i].id == want.id);
    }
  }
}

}  // namespace

TEST_CASE("replies are as recorded") {
  const auto cases = recorded(VECTORS "/webhooks.json");
  REQUIRE(cases.size() == 55);
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const auto asked = *xmpp::parse_stanza(one["callback_request"]["body"].get<std::string>());
    Outcome outcome;
    outcome.end = Outcome::End::answered;
    outcome.status = one["callback_response"]["status"];
    outcome.content_type = one["callback_response"]["content_type"];
    outcome.body = one["callback_response"]["body"];
    check_replies(answer_to(asked, outcome, {}).stanzas, one, asked.id);
  }
}

TEST_CASE("requests and replies are as recorded") {
  const auto cases = recorded(VECTORS "/webhooks.json");
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const json& expected = one["callback_request"];
    const json& canned = one["callback_response"];
    Collected<std::string> requests;
    MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
      requests.add(request);
      return response(canned["status"], canned["content_type"], canned["body"]);
    }));
    Running r(endpoint);
    r.settings[0].url = endpoint.url(expected["path"]);
    r.settings[0].domain = "hook.localhost";
    r.settings[0].max_connections = 1;
    r.settings[0].retry = false;
    r.start();

    const auto asked = *xmpp::parse_stanza(expected["body"].get<std::string>());
    r.give(asked);
    REQUIRE(r.drain());

    const auto seen = requests.now();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].rfind("POST " + expected["path"].get<std::string>() + " HTTP/1.1\r\n", 0) == 0);
    CHECK(header(seen[0], "Content-Type") == expected["content_type"]);
    CHECK(header(seen[0], "Content-Language") == expected["content_language"]);
    CHECK(seen[0].substr(seen[0].find("\r\n\r\n") + 4) == asked.xml);
    check_replies(r.replies.now(), one, asked.id);
  }
}
