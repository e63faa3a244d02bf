// SPDX-License-Identifier: MIT
#include "base/text_place.h"

#include "support/catch.h"

using restanza::place_in;

TEST_CASE("lines and columns are counted from 1") {
  CHECK(place_in("", 0) == "line 1, column 1");
  CHECK(place_in("abc", 2) == "line 1, column 3");
  CHECK(place_in("a\nbc", 1) == "line 1, column 2");
  CHECK(place_in("a\nbc", 2) == "line 2, column 1");
  CHECK(place_in("a\r\n\nb", 4) == "line 3, column 1");
}

TEST_CASE("a column is a character, however many bytes it has") {
  CHECK(place_in("\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80x", 9) == "line 1, column 4");
}

TEST_CASE("what lies past the text is its end") {
  CHECK(place_in("ab\nc", 99) == "line 2, column 2");
}
