// SPDX-License-Identifier: MIT
#include "config/changes.h"

#include "support/catch.h"

using restanza::config::changed_keys;
using Keys = std::vector<std::string>;

TEST_CASE("keys that came, went or have another value are named, and the order of keys is none") {
  CHECK(changed_keys(R"({"a": 1, "b": [1, {"c": 2}]})", R"({"b": [1, {"c": 2}], "a": 1})").empty());
  CHECK(changed_keys(R"({"a": 1, "b": 2, "c": 3})", R"({"b": 3, "c": 3, "d": 4})") == Keys{"a", "b", "d"});
  CHECK(changed_keys(R"({"a": {"x": 1}})", R"({"a": {"x": 2}})") == Keys{"a"});
  CHECK(changed_keys("{}", "{}").empty());
}

TEST_CASE("some keys are kept as they were, also where they were not there, and all others are new") {
  using restanza::config::keeping;
  CHECK(changed_keys(keeping(R"({"a": 1, "b": {"x": "\u00fc\n"}, "c": 3})",
                             R"({"a": 2, "c": 4, "d": 5, "e": 6})", {"b", "c", "d"}),
                     R"({"a": 2, "b": {"x": "\u00fc\n"}, "c": 3, "e": 6})")
            .empty());
  CHECK(keeping("{}", R"({"a": 1})", {"a"}) == "{}");
  CHECK(keeping("{}", R"({"a": 1})", {}) == R"({"a":1})");
}
