// SPDX-License-Identifier: MIT
// The line of what a plugin refuses: its sentence names the key, the file has the line.
#include "config/settings_source.h"

#include "config/toml_settings.h"
#include "support/catch.h"

using namespace restanza::host;

namespace {

constexpr const char* kFile = R"([plugin]
[plugin.settings]
component_secret = "x"
rest_iq_timeout = 1.5
"key with spaces" = 1
table = { inside = { deep = 1 } }
list = [
  1,
  2,
]
dotted.key = 1

[[plugin.settings.rest_tokens]]
name = "one"
sha256 = "12"

[[plugin.settings.rest_tokens]]
name = "two"
sha256 = "34"
)";

SettingsSource source() {
  static const toml::table file = toml::parse(kFile);
  return source_of(*file["plugin"]["settings"].as_table(), "r.toml");
}

std::string place(const std::string& sentence) {
  return source().place_of(sentence);
}

}  // namespace

TEST_CASE("a sentence that names a key in quotes has the key's line") {
  CHECK(place("setting 'rest_iq_timeout' must be a number of seconds") == "r.toml:4: ");
  CHECK(place("setting 'key with spaces' is not known") == "r.toml:5: ");
  CHECK(place("'rest_tokens[0].sha256' must be 64 digits") == "r.toml:15: ");
  CHECK(place("'rest_tokens[1].sha256' must be 64 digits") == "r.toml:19: ");
  CHECK(place("'table.inside.deep' is wrong") == "r.toml:6: ");
  CHECK(place("'list[1]' is wrong") == "r.toml:9: ");
  CHECK(place("'dotted.key' is wrong") == "r.toml:11: ");
}

TEST_CASE("the first key that stands in the file counts, whatever else is quoted") {
  CHECK(place("the value '7' of 'rest_iq_timeout' is not one of 'component_secret'") == "r.toml:4: ");
  CHECK(place("it's 'rest_iq_timeout' that's wrong") == "r.toml:4: ");
}

TEST_CASE("a key that is missing has the line of the table that lacks it") {
  CHECK(place("setting 'rest_tokens[1].rights' is missing") == "r.toml:17: ");
  CHECK(place("setting 'table.other' is missing") == "r.toml:6: ");
  CHECK(place("setting 'list[7]' is missing") == "r.toml:7: ");
}

TEST_CASE("a sentence without a key of the file has the line where the settings begin") {
  for (const char* sentence : {"out of memory", "", "'", "'unheard_of' is missing", "''", "'rest_iq_timeout",
                               "rest_iq_timeout is wrong", "'[0]'", "'.'"}) {
    INFO(sentence);
    CHECK(place(sentence) == "r.toml:2: ");
    CHECK_FALSE(source().names_key(sentence));
  }
}

TEST_CASE("what nobody wrote has no place, and what came without lines has none of these") {
  CHECK(SettingsSource{}.place_of("setting 'x' is wrong").empty());
  CHECK(SettingsSource{"--webhook", 0, {}, {}}.place_of("setting 'x' is wrong") == "--webhook: ");
}

TEST_CASE("each key at the top has its value") {
  const SettingsSource one = source_of(toml::parse("a = 1\nb = ['x', true]\n"), "f");
  const SettingsSource other = source_of(toml::parse("\nb = [ 'x',\n true ]\na = 2\n"), "f");
  CHECK(changed_keys(one, other) == std::vector<std::string>{"a"});
}

TEST_CASE("keys that are new, gone or different have changed") {
  const SettingsSource before{"f", 1, {}, {{"a", "1"}, {"b", "2"}, {"c", "3"}}};
  const SettingsSource after{"f", 9, {}, {{"a", "1"}, {"b", "4"}, {"d", "5"}}};
  CHECK(changed_keys(before, after) == std::vector<std::string>{"b", "c", "d"});
  CHECK(changed_keys(before, before).empty());
}
