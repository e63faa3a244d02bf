// SPDX-License-Identifier: MIT
#include "base/date.h"

#include <clocale>
#include <string>

#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

TEST_CASE("a time of RFC 3339 is read with its offset") {
  const auto noon = parse_rfc3339("2026-11-22T12:00:00Z");
  REQUIRE(noon);
  CHECK(std::chrono::system_clock::to_time_t(*noon) == 1795348800);
  CHECK(parse_rfc3339("2026-11-22t14:30:00+02:30") == noon);
  CHECK(parse_rfc3339("2026-11-22T12:00:00.999-00:00") == noon);
  CHECK(parse_rfc3339("2028-02-29T00:00:00Z"));
  CHECK(parse_rfc3339("2026-12-31T23:59:60Z"));
  CHECK(parse_rfc3339("1900-01-01T00:00:00Z"));
}

TEST_CASE("a time beyond what the clock can count is as late as it can count") {
  const auto never = parse_rfc3339("9999-12-31T23:59:59Z");
  REQUIRE(never);
  CHECK(*never > *parse_rfc3339("2262-01-01T00:00:00Z"));
  CHECK(parse_rfc3339("2263-01-01T00:00:00-23:59") == never);
  CHECK(*parse_rfc3339("1900-01-01T00:00:00+23:59") < *parse_rfc3339("1970-01-01T00:00:00Z"));
}

TEST_CASE("what is no time is absent") {
  for (const auto* bad :
       {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T12:00:00",
        "2026-11-22T12:00:00.Z", "2026-11-22T12:00:00+2:00", "2026-11-22 12:00:00Z", "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "1899-12-31T23:59:59Z", "2026-12-31T23:59:61Z", "2026-11-22T12:00:00Z ",
        " 2026-11-22T12:00:00Z", "2026-11- 2T12:00:00Z", "2026-11-22T12:00:00+24:00",
        "2026-11-22T12:00:00+0200", "+026-11-22T12:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}

TEST_CASE("a date of each of HTTP's three kinds is read") {
  const WallTime now = std::chrono::system_clock::from_time_t(784111777);
  for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994"}) {
    CAPTURE(date);
    CHECK(parse_http_date(date, now) == now);
  }
  CHECK(parse_http_date("Sunday, 06-Nov-44 08:49:37 GMT", now) == parse_rfc3339("2044-11-06T08:49:37Z"));
  CHECK(parse_http_date("Sunday, 06-Nov-45 08:49:37 GMT", now) == parse_rfc3339("1945-11-06T08:49:37Z"));
  CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT", now) == parse_rfc3339("9999-12-31T23:59:59Z"));
}

TEST_CASE("what the C library would read and HTTP does not allow is absent") {
  const WallTime now = std::chrono::system_clock::from_time_t(784111777);
  for (const char* bad : {"", "sun, 06 nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
                          "Sun, 06 November 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
                          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
                          "Sun, 06-Nov-94 08:49:37 GMT", "Mon, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:61 GMT"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_http_date(bad, now));
  }
  CHECK_FALSE(parse_http_date(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT\0", 30), now));
}

TEST_CASE("dates are the same in every language") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* language : {"de_DE.UTF-8", "tr_TR.UTF-8", "C.UTF-8"}) {  // those that this machine has
    std::setlocale(LC_ALL, language);
    CHECK(parse_http_date("Wed, 15 Mar 2028 08:49:37 GMT", WallTime()) ==
          parse_rfc3339("2028-03-15T08:49:37Z"));
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("a time is written in UTC, and read again") {
  CHECK(rfc3339(WallTime(1893456000s + 7ms)) == "2030-01-01T00:00:00.007Z");
  CHECK(rfc3339(WallTime(-1ms)) == "1969-12-31T23:59:59.999Z");
  CHECK(parse_rfc3339(rfc3339(WallTime(1893456000s))) == WallTime(1893456000s));
  CHECK(compact_date(WallTime(1893456000s)) == "20300101T000000Z");
}
