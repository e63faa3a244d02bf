// SPDX-License-Identifier: MIT
// Cursors of updates. Input: the text of one.
// There is one text for each cursor, which goes into a query, a header and JSON as it is; what is read of it
// is within its limits. So is, the other way round, the text of any numbers.
#include "feed/cursor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "fuzz/property.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
constexpr uint64_t kMost = std::numeric_limits<journal::Seq>::max();

bool same(const feed::Cursor& one, const feed::Cursor& other) {
  return one.identity == other.identity && one.seq == other.seq && one.missed == other.missed &&
         one.run == other.run && one.number == other.number;
}

void check_text(std::string_view text) {
  must(text.size() <= feed::Cursor::kMaxSize, "a cursor is short", text);
  must(text.find_first_not_of(kAlphabet) == std::string_view::npos, "a cursor needs no escapes", text);
}

void check_read(const feed::Cursor& cursor, std::string_view given) {
  check_text(given);
  must(feed::text_of(cursor) == given, "there is one text for each cursor", given);
  must(cursor.seq >= 0 && cursor.missed <= kMost, "numbers fit into the journal", given);
  must(cursor.run.empty() == (cursor.number == 0), "a run is named where it matters", given);
  for (const char more : {'0', '.', ' '}) {
    const std::string longer = std::string(given) + more;
    const auto read = feed::parse_cursor(longer);
    must(!read || !same(*read, cursor), "another text is another cursor, or none", longer);
  }
}

// Of any numbers, which the input's bytes are.
void check_written(const uint8_t* data, size_t size) {
  std::array<uint64_t, 3> numbers{};
  std::memcpy(numbers.data(), data, std::min(size, sizeof(numbers)));
  feed::Cursor cursor;
  cursor.identity = "ABCDEFGHIJKLMNOPQRSTUV-_";
  cursor.seq = static_cast<journal::Seq>(numbers[0] & kMost);
  cursor.missed = numbers[1] & kMost;
  cursor.number = numbers[2] & kMost;
  if (cursor.number != 0) cursor.run = "abcdefghijklmnopqrstuv01";
  const std::string text = feed::text_of(cursor);
  check_text(text);
  const auto read = feed::parse_cursor(text);
  must(read && same(*read, cursor), "a cursor is read as it was written", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view given = fuzz::text_of(data, size);
  if (const auto cursor = feed::parse_cursor(given)) check_read(*cursor, given);
  if (size > 0) check_written(data, size);
  return 0;
}
