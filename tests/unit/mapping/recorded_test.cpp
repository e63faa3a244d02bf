// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing with every format: the mapping's part of each case.
#include <fstream>

#include "base/str.h"
#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;
using nlohmann::json;

namespace {

std::vector<json> recorded(const std::vector<std::string>& prefixes) {
  std::ifstream file(VECTORS "/rest.json");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // One body that is no case of this test holds a byte that is not UTF-8, as a lone surrogate.
  for (size_t at; (at = text.find("\\udcff")) != std::string::npos;) text.erase(at, 6);
  std::vector<json> cases;
  for (json& one : json::parse(text)) {
    const std::string name = one["name"];
    const auto starts = [&](const std::string& prefix) { return name.rfind(prefix, 0) == 0; };
    if (one["request"]["path"] != "/rest/echo" || one["response"]["status"] != 200) continue;
    if (std::any_of(prefixes.begin(), prefixes.end(), starts)) cases.push_back(std::move(one));
  }
  return cases;
}

// What the recording's server added to every stanza that it took.
void address(xml::Element stanza, const std::string& response) {
  stanza.set_attribute("from", "rest.localhost");
  if (stanza.attribute("id")) return;
  const bool json_object = response.rfind("{", 0) == 0;
  stanza.set_attribute("id", json_object ? json::parse(response)["id"].get<std::string>()
                                         : std::string(*xml::parse(response)->root().attribute("id")));
}

std::vector<std::string> sorted_parts(const std::string& form) {
  std::vector<std::string> parts;
  for (const auto part : split(form, '&')) parts.emplace_back(part);
  std::sort(parts.begin(), parts.end());
  return parts;
}

}  // namespace

TEST_CASE("every recorded echo is the same stanza") {
  const auto cases = recorded({"j2x.", "x2j.", "form.", "text.", "accept."});
  REQUIRE(cases.size() == 85);
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const std::string answer = one["response"]["body"];
    const Format source = *format_of(one["request"]["content_type"].get<std::string>());
    const Format target = *format_of(one["response"]["content_type"].get<std::string>());
    auto decoded = from(source, one["request"]["body"]);
    REQUIRE(decoded);
    CHECK(decoded->unmapped.empty());
    address(decoded->document.root(), answer);
    const auto result = encode(target, decoded->document.root(), {});
    REQUIRE(result);
    if (target == Format::xml) {
      CHECK(data(result->body, source != Format::xml) == data(answer, source != Format::xml));
    } else if (target == Format::json) {
      CHECK(json::parse(result->body) == json::parse(answer));
    } else {
      CHECK(sorted_parts(result->body) == sorted_parts(answer));
    }
  }
}
