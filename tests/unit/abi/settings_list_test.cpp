// SPDX-License-Identifier: MIT
// The extension that lists the settings, as a host asks for it: without an instance. What it says is tried on
// an instance.
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/fake_host.h"
#include "xp.h"

using namespace restanza;

namespace {

const xp_settings* settings_service() {
  return static_cast<const xp_settings*>(xp_plugin_entry_v1()->get_extension(nullptr, XP_EXT_SETTINGS));
}

struct ListedSetting {
  uint32_t flags, types;
  std::string table, key, values, default_json, default_text, sentence;
};

std::vector<ListedSetting> listed_settings() {
  std::vector<ListedSetting> all;
  const auto keep = [](void* ctx, const xp_setting* s) {
    const auto text = [](xp_str view) { return view.ptr ? std::string(view.ptr, view.len) : std::string(); };
    static_cast<std::vector<ListedSetting>*>(ctx)->push_back(
        {s->flags, s->types, text(s->table), text(s->key), text(s->values), text(s->default_json),
         text(s->default_text), text(s->sentence)});
  };
  CHECK(settings_service()->list(keep, &all) == XP_OK);
  return all;
}

uint32_t type_of(const nlohmann::json& value) {
  if (value.is_boolean()) return XP_BOOLEAN;
  if (value.is_number()) return XP_NUMBER;
  if (value.is_string()) return XP_STRING;
  return value.is_array() ? XP_ARRAY : XP_OBJECT;
}

// Settings in which this one stands where it belongs, beside what its table needs.
std::string with_setting(const ListedSetting& setting) {
  const std::string member = "\"" + setting.key + "\": " + setting.default_json;
  if (setting.table.empty()) return "{" + member + "}";
  const std::string beside = setting.table == "rest_tokens"
                                 ? R"("name": "x", "sha256": ")" + std::string(64, 'a') + "\""
                             : setting.table == "updates" ? R"("max_queued": 1)"
                                                          : R"("name": "x", "url": "http://127.0.0.1:1/")";
  return "{\"" + setting.table + "\": [{" + beside + ", " + member + "}]}";
}

}  // namespace

TEST_CASE("each setting is listed once, with its types and with words for people") {
  REQUIRE(settings_service());
  CHECK(settings_service()->size == sizeof(xp_settings));
  std::set<std::pair<std::string, std::string>> seen;
  for (const ListedSetting& setting : listed_settings()) {
    INFO(setting.table << " " << setting.key);
    CHECK(seen.emplace(setting.table, setting.key).second);
    CHECK(setting.types != 0);
    CHECK_FALSE(setting.values.empty());
    CHECK_FALSE(setting.default_text.empty());
    CHECK_FALSE(setting.sentence.empty());
    CHECK((setting.table.empty() || seen.count({"", setting.table}) == 1));
  }
  CHECK(seen.size() > 50);
}

TEST_CASE("a setting that needs a restart and one that must be given say so") {
  bool limit = false, digest = false;
  for (const ListedSetting& setting : listed_settings()) {
    if (setting.key == "rest_stanza_size_limit") {
      limit = true;
      CHECK(setting.flags == XP_RESTART);
      CHECK(setting.types == XP_NUMBER);
      CHECK(setting.values == "whole number, 1 to 16777216");
      CHECK(setting.default_json == "196608");
      CHECK(setting.sentence == "bytes of a body");
    }
    if (setting.key == "sha256") {
      digest = true;
      CHECK(setting.flags == XP_REQUIRED);
      CHECK(setting.table == "rest_tokens");
      CHECK(setting.types == XP_STRING);
      CHECK(setting.default_json == "");
      CHECK(setting.default_text == "required");
    }
  }
  CHECK(limit);
  CHECK(digest);
}

TEST_CASE("a default that is listed in JSON may be written down") {
  size_t tried = 0;
  for (const ListedSetting& setting : listed_settings()) {
    if (setting.default_json.empty()) continue;
    INFO(setting.key << " " << setting.default_json);
    const auto value = nlohmann::json::parse(setting.default_json, nullptr, false);
    REQUIRE_FALSE(value.is_discarded());
    CHECK((type_of(value) & setting.types) != 0);
    FakeHost host(xp_plugin_entry_v1());
    CHECK(host.create(with_setting(setting)) == "");
    ++tried;
  }
  CHECK(tried > 20);
}
