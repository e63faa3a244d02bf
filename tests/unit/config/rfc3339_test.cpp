// SPDX-License-Identifier: MIT
#include "config/rfc3339.h"

#include "support/catch.h"

using restanza::config::parse_rfc3339;

TEST_CASE("a time of RFC 3339 is read with its offset") {
  const auto noon = parse_rfc3339("2026-11-22T12:00:00Z");
  REQUIRE(noon);
  CHECK(std::chrono::system_clock::to_time_t(*noon) == 1795348800);
  CHECK(parse_rfc3339("2026-11-22t14:30:00+02:30") == noon);
  CHECK(parse_rfc3339("2026-11-22T12:00:00.999-00:00") == noon);
  CHECK(parse_rfc3339("2028-02-29T00:00:00Z"));
  CHECK(parse_rfc3339("2026-12-31T23:59:60Z"));
}

TEST_CASE("a time beyond what the clock can count is as late as it can count") {
  const auto never = parse_rfc3339("9999-12-31T23:59:59Z");
  REQUIRE(never);
  CHECK(*never > *parse_rfc3339("2262-01-01T00:00:00Z"));
  CHECK(parse_rfc3339("2263-01-01T00:00:00-23:59") == never);
  CHECK(*parse_rfc3339("1900-01-01T00:00:00+23:59") < *parse_rfc3339("1970-01-01T00:00:00Z"));
}

TEST_CASE("what is no time is absent") {
  for (const auto* bad : {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z",
                          "2026-11-22T12:00:00", "2026-11-22T12:00:00.Z", "2026-11-22T12:00:00+2:00",
                          "2026-11-22 12:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}
