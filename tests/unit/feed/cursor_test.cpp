// SPDX-License-Identifier: MIT
// The text of a place, which clients carry about.
#include "feed/cursor.h"

#include <limits>

#include "base/random.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::feed;

TEST_CASE(
    "a cursor is read as it was written, with the largest numbers too, and is no longer than it may be") {
  Cursor cursor;
  cursor.identity = random_id();
  SECTION("of the beginning") {}
  SECTION("of a delivery") {
    cursor.seq = 17;
    cursor.missed = 3;
  }
  SECTION("of something in memory alone") {
    cursor.run = random_id();
    cursor.number = 1;
  }
  SECTION("with the largest numbers") {
    cursor.seq = std::numeric_limits<journal::Seq>::max();
    cursor.missed = static_cast<uint64_t>(cursor.seq);
    cursor.run = random_id();
    cursor.number = cursor.missed;
  }
  const std::string text = text_of(cursor);
  CHECK(text.size() <= Cursor::kMaxSize);
  const auto read = parse_cursor(text);
  REQUIRE(read);
  CHECK(read->identity == cursor.identity);
  CHECK(read->seq == cursor.seq);
  CHECK(read->missed == cursor.missed);
  CHECK(read->run == cursor.run);
  CHECK(read->number == cursor.number);
}

TEST_CASE("what is the text of no cursor is none") {
  const std::string id = random_id();
  const std::vector<std::string> none = {"",
                                         "0",
                                         id,
                                         id + ".1",
                                         id + ".1.",
                                         id + ".01.0",
                                         id + ".1.00",
                                         id + ".-1.0",
                                         id + ".1.0.",
                                         id + ".1.0.1",
                                         id + ".1.0." + id + ".0",
                                         id + ".1.0." + id + ".x",
                                         id + ".1.0.short.1",
                                         "short.1.0",
                                         id + "x.1.0",
                                         id.substr(1) + " .1.0",
                                         id + ".9223372036854775808.0",
                                         id + ".1.9223372036854775808",
                                         id + ".1.0." + id + ".1.1",
                                         id + ".1.0" + std::string(Cursor::kMaxSize, '0')};
  for (const std::string& text : none) {
    CAPTURE(text);
    CHECK_FALSE(parse_cursor(text));
  }
}
