// SPDX-License-Identifier: MIT
#include "base/date.h"

#include <locale.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace restanza {
namespace {

using std::chrono::seconds;

locale_t c_locale() {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return locale;
}

std::string written(const std::tm& parts, const char* format) {
  std::array<char, 64> text{};
  const size_t size = strftime_l(text.data(), text.size(), format, &parts, c_locale());
  return std::string(text.data(), size);
}

std::optional<std::tm> read(std::string_view text, const char* format) {
  const std::string copy(text);
  std::tm parts{};
  if (!strptime_l(copy.c_str(), format, &parts, c_locale())) return std::nullopt;
  if (written(parts, format) != text) return std::nullopt;
  return parts;
}

std::tm utc(WallTime time) {
  const std::time_t count = WallTime::clock::to_time_t(std::chrono::floor<seconds>(time));
  std::tm parts{};
  gmtime_r(&count, &parts);
  return parts;
}

std::optional<WallTime> time_of(std::tm parts, seconds offset = seconds(0)) {
  std::tm noon = parts;
  noon.tm_hour = 12;
  timegm(&noon);
  if (noon.tm_mday != parts.tm_mday) return std::nullopt;           // the month has fewer days
  if (parts.tm_year < 0 || parts.tm_sec > 60) return std::nullopt;  // 60 is a leap second
  constexpr auto kLatest = std::chrono::time_point_cast<seconds>(WallTime::max());
  const std::chrono::time_point<WallTime::clock, seconds> time(seconds(timegm(&parts)) - offset);
  return std::min(time, kLatest);
}

std::optional<seconds> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return seconds(0);
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto parts = read(text.substr(1), "%H:%M");
  if (!parts) return std::nullopt;
  const seconds offset = std::chrono::hours(parts->tm_hour) + std::chrono::minutes(parts->tm_min);
  return text[0] == '+' ? offset : -offset;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  constexpr size_t kBetween = 10, kSize = 19;  // of the 'T'; of all before the fraction
  std::string date(text.substr(0, kSize));
  if (date.size() == kSize && date[kBetween] == 't') date[kBetween] = 'T';
  const auto parts = read(date, "%Y-%m-%dT%H:%M:%S");
  if (!parts) return std::nullopt;
  text.remove_prefix(date.size());
  if (!text.empty() && text[0] == '.') {
    const size_t end = text.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end);
  }
  const auto offset = parse_offset(text);
  if (!offset) return std::nullopt;
  return time_of(*parts, *offset);
}

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  for (const char* format : {"%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y", "%a %b %d %H:%M:%S %Y"}) {
    if (const auto parts = read(text, format)) return time_of(*parts);
  }
  auto parts = read(text, "%A, %d-%b-%y %H:%M:%S GMT");
  if (!parts) return std::nullopt;
  const int latest = utc(now).tm_year + 50;  // tm_year counts from 1900, which begins a century
  parts->tm_year = parts->tm_year % 100 + latest - latest % 100;
  if (parts->tm_year > latest) parts->tm_year -= 100;
  return time_of(*parts);
}

std::string rfc3339(WallTime time) {
  const auto part = time - std::chrono::floor<seconds>(time);
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(part).count();
  char text[8];
  std::snprintf(text, sizeof text, ".%03dZ", static_cast<int>(count));
  return written(utc(time), "%Y-%m-%dT%H:%M:%S") + text;
}

std::string compact_date(WallTime time) {
  return written(utc(time), "%Y%m%dT%H%M%SZ");
}

}  // namespace restanza
