// SPDX-License-Identifier: MIT
#include "config/rfc3339.h"

#include <algorithm>
#include <ctime>

#include "base/str.h"

namespace restanza::config {
namespace {

// Takes a number of exactly `digits` digits and then `after` (none where it is NUL); -1 where they do not
// stand there.
int take(std::string_view& text, size_t digits, char after) {
  const auto value = parse_number(text.substr(0, digits));
  const size_t length = digits + (after != '\0');
  if (!value || text.size() < length || (after != '\0' && text[digits] != after)) return -1;
  text.remove_prefix(length);
  return static_cast<int>(*value);
}

std::optional<std::chrono::seconds> take_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::seconds(0);
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  const int hours = take(text, 2, ':');
  const int minutes = take(text, 2, '\0');
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  return std::chrono::seconds(sign * (hours * 3600 + minutes * 60));
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::tm tm{};
  tm.tm_year = take(text, 4, '-') - 1900;
  tm.tm_mon = take(text, 2, '-') - 1;
  tm.tm_mday = take(text, 2, text.size() > 2 && text[2] == 't' ? 't' : 'T');
  tm.tm_hour = take(text, 2, ':');
  tm.tm_min = take(text, 2, ':');
  tm.tm_sec = take(text, 2, '\0');
  if (tm.tm_year < 0 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
      tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 ||
      tm.tm_sec > 60) {
    return std::nullopt;
  }
  if (!text.empty() && text[0] == '.') {
    const size_t end = text.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end);  // an expiry is not finer than a second
  }
  std::tm date{};
  date.tm_year = tm.tm_year;
  date.tm_mon = tm.tm_mon;
  date.tm_mday = tm.tm_mday;
  timegm(&date);
  if (date.tm_mday != tm.tm_mday) return std::nullopt;  // the month has fewer days
  const auto offset = take_offset(text);
  if (!offset) return std::nullopt;
  // The clock's own range ends in 2262, and people write 9999 for "never".
  constexpr auto kLatest = std::chrono::time_point_cast<std::chrono::seconds>(WallTime::max());
  const std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> time(
      std::chrono::seconds(timegm(&tm)) - *offset);
  return std::min(time, kLatest);
}

}  // namespace restanza::config
