// SPDX-License-Identifier: MIT
#include "config/kept_values.h"

#include "support/catch.h"

using restanza::config::keeping;

TEST_CASE("some keys are kept as they were, also where they were not there, and all others are new") {
  CHECK(keeping(R"({"a": 1, "b": {"x": "\u00fc\n"}, "c": 3})", R"({"a": 2, "c": 4, "d": 5, "e": 6})",
                {"b", "c", "d"}) == R"({"a":2,"b":{"x":")"
                                    "\u00fc"
                                    R"(\n"},"c":3,"e":6})");
  CHECK(keeping("{}", R"({"a": 1})", {"a"}) == "{}");
  CHECK(keeping("{}", R"({"a": 1})", {}) == R"({"a":1})");
}
