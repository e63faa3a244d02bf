// SPDX-License-Identifier: MIT
#include "feed/cursor.h"

#include <limits>
#include <utility>

#include "base/str.h"

namespace restanza::feed {
namespace {

constexpr size_t kShort = 3, kLong = 5;  // parts of its text

bool is_id(std::string_view text) {
  constexpr size_t kIdSize = 24;  // of random_id
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() == kIdSize && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

std::string text_of(const Cursor& cursor) {
  std::string text = cursor.identity + '.' + std::to_string(cursor.seq) + '.' + std::to_string(cursor.missed);
  if (cursor.number != 0) text += '.' + cursor.run + '.' + std::to_string(cursor.number);
  return text;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  if (text.size() > Cursor::kMaxSize) return std::nullopt;
  const auto parts = split(text, '.');
  if ((parts.size() != kShort && parts.size() != kLong) || !is_id(parts[0])) return std::nullopt;
  const auto seq = parse_number(parts[1]), missed = parse_number(parts[2]);
  constexpr uint64_t kMost = std::numeric_limits<journal::Seq>::max();
  if (!seq || *seq > kMost || !missed || *missed > kMost) return std::nullopt;
  Cursor cursor;
  cursor.identity = parts[0];
  cursor.seq = static_cast<journal::Seq>(*seq);
  cursor.missed = *missed;
  if (parts.size() == kLong) {
    const auto number = parse_number(parts[4]);
    if (!is_id(parts[3]) || !number) return std::nullopt;
    cursor.run = parts[3];
    cursor.number = *number;
  }
  // There is one text for each.
  return text_of(cursor) == text ? std::optional<Cursor>(std::move(cursor)) : std::nullopt;
}

}  // namespace restanza::feed
