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
