// SPDX-License-Identifier: MIT
#include "webhook/request/retry_after.h"

#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;
using webhook::parse_retry_after;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the time of RFC 9110's examples.
const WallTime kThen = std::chrono::system_clock::from_time_t(784111777);

std::optional<std::chrono::seconds> wait(std::string_view text, std::chrono::milliseconds before = 0ms) {
  return parse_retry_after(text, kThen - before);
}

}  // namespace

TEST_CASE("a number is the seconds to wait") {
  CHECK(wait("0") == 0s);
  CHECK(wait("120") == 120s);
  CHECK(wait(" 007 ") == 7s);
}

TEST_CASE("no wait is longer than a year") {
  CHECK(wait("31622400") == webhook::kMostRetryAfter);
  CHECK(wait("31622401") == webhook::kMostRetryAfter);
  CHECK(wait("99999999999999999999999999") == webhook::kMostRetryAfter);
  CHECK(wait("Fri, 31 Dec 9999 23:59:59 GMT") == webhook::kMostRetryAfter);
}

TEST_CASE("a date of each of HTTP's three kinds is the time to wait for") {
  for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994"}) {
    CAPTURE(date);
    CHECK(wait(date, 90s) == 90s);
    CHECK(wait(date, 1ms) == 1s);  // not a moment too early
    CHECK(wait(date) == 0s);
    CHECK(wait(date, -1s) == 0s);
  }
  CHECK(wait("Wednesday, 16-Nov-94 08:49:37 GMT") == 240h);
  CHECK(wait("Wed Nov 16 08:49:37 1994") == 240h);
}

TEST_CASE("a year of two digits is the nearest that is not more than 50 years ahead") {
  CHECK(wait("Sunday, 06-Nov-44 08:49:37 GMT") == webhook::kMostRetryAfter);  // 2044
  CHECK(wait("Sunday, 06-Nov-45 08:49:37 GMT") == 0s);                        // 1945
}

TEST_CASE("what is neither a number nor a date is absent") {
  for (const char* bad : {"",
                          " ",
                          "-1",
                          "+1",
                          "1.5",
                          "1e3",
                          "0x10",
                          "soon",
                          "120 s",
                          "Sun",
                          "Sun, 06 Nov 1994 08:49:37",
                          "Sun, 06 Nov 1994 08:49:37 CET",
                          "06 Nov 1994",
                          "Sun, 6 Nov 1994 08:49:37 GMT",
                          "Sun, 06 Nox 1994 08:49:37 GMT",
                          "Sun, 00 Nov 1994 08:49:37 GMT",
                          "Sun, 32 Nov 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 24:49:37 GMT",
                          "Sun, 06 Nov 1994 08:60:37 GMT",
                          "Sun, 06 Nov 1994 08:49:61 GMT",
                          "Son, 06 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(bad);
    CHECK_FALSE(wait(bad));
  }
}
