// SPDX-License-Identifier: MIT
#include "base/constant_time.h"

#include "support/catch.h"

using restanza::constant_time_equal;

TEST_CASE("equality in constant time is still equality") {
  CHECK(constant_time_equal("secret", "secret"));
  CHECK_FALSE(constant_time_equal("secret", "secreT"));
  CHECK_FALSE(constant_time_equal("Secret", "secret"));
  CHECK_FALSE(constant_time_equal("secret", "secrets"));
  CHECK_FALSE(constant_time_equal("secrets", "secret"));
}

TEST_CASE("two empty texts are equal, and one is not equal to another") {
  CHECK(constant_time_equal("", ""));
  CHECK(constant_time_equal({}, ""));
  CHECK_FALSE(constant_time_equal("", "a"));
}

TEST_CASE("bytes of any value count, also behind a zero") {
  using namespace std::string_view_literals;
  CHECK(constant_time_equal("a\0b"sv, "a\0b"sv));
  CHECK_FALSE(constant_time_equal("a\0b"sv, "a\0c"sv));
  CHECK_FALSE(constant_time_equal("\x7F"sv, "\xFF"sv));
}
