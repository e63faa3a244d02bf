// SPDX-License-Identifier: MIT
#include "base/str.h"

#include "support/catch.h"

using namespace restanza;

TEST_CASE("numbers are decimal digits that fit, and nothing else") {
  CHECK(parse_number("0") == 0u);
  CHECK(parse_number("9999999999999999999") == 9999999999999999999u);
  for (const auto* bad : {"", "-1", "+1", " 1", "1.5", "0x1", "10000000000000000000"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_number(bad));
  }
}

TEST_CASE("decimal numbers have digits on both sides of a point") {
  CHECK(parse_decimal("2") == 2.0);
  CHECK(*parse_decimal("0.25") == 0.25);
  for (const auto* bad : {"", ".", "1.", ".5", "-1", "1e3", "1.2.3", "nan", "inf", "0x1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_decimal(bad));
  }
}

TEST_CASE("UTF-8 is accepted in its shortest forms only") {
  CHECK(valid_utf8("plain, é, €, 🎉"));
  CHECK(valid_utf8("\xF4\x8F\xBF\xBF"));
  for (const auto* bad : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF0\x80\x80\x80", "\xC3", "\xFF"}) {
    CHECK_FALSE(valid_utf8(bad));
  }
}

TEST_CASE("base64 gives the recorded texts of RFC 4648 section 10 and reads them back") {
  const std::pair<const char*, const char*> known[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : known) {
    CHECK(base64(plain) == encoded);
    CHECK(base64_decode(encoded) == plain);
  }
  CHECK(base64_decode("Zg") == "f");
  CHECK_FALSE(base64_decode("Z"));
  CHECK_FALSE(base64_decode("Zm 9"));
  CHECK(base64url("\xfb\xff") == "-_8");
}

TEST_CASE("percent-encoding keeps the unreserved characters and refuses broken escapes") {
  CHECK(percent_encode("a@b/c d~é") == "a%40b%2Fc%20d~%C3%A9");
  CHECK(percent_decode("a%40b%2fc") == "a@b/c");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("a+b", true) == "a b");
  CHECK_FALSE(percent_decode("100%"));
  CHECK_FALSE(percent_decode("%4"));
  CHECK_FALSE(percent_decode("%zz"));
}

TEST_CASE("hexadecimal goes both ways and refuses odd lengths") {
  CHECK(hex(std::string("\x00\xff", 2)) == "00ff");
  CHECK(hex_decode("00FF") == std::string("\x00\xff", 2));
  CHECK_FALSE(hex_decode("0"));
  CHECK_FALSE(hex_decode("0g"));
}

TEST_CASE("a star in a pattern stands for any run of characters") {
  CHECK(glob_match("*@rest.localhost", "bot@rest.localhost"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("a*b*c", "a-b-b-c"));
  CHECK_FALSE(glob_match("*@rest.localhost", "bot@rest.localhost.evil"));
  CHECK_FALSE(glob_match("a*b", "a"));
  CHECK_FALSE(glob_match("", "a"));
}
