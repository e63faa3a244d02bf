// SPDX-License-Identifier: MIT
#include "webhook/retry_after.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include "base/str.h"

namespace restanza::webhook {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr size_t kShortDay = 3;

// Reads a text by a picture of it: 'd' a digit of the day, 'n' of the month's name, 'Y' of the year, and
// 'h', 'm', 's' of the time; '_' a digit of the day or a space; everything else stands for itself.
struct Date {
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::string month;

  bool read(std::string_view text, std::string_view picture) {
    if (text.size() != picture.size()) return false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (!take(picture[i], text[i])) return false;
    }
    return true;
  }

 private:
  bool take(char what, char c) {
    if (what == 'n') {
      month += c;
      return true;
    }
    if (what == '_' && c == ' ') return true;
    int* const number = field(what);
    if (!number) return what == c;
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + (c - '0');
    return true;
  }

  int* field(char what) {
    switch (what) {
      case 'd':
      case '_':
        return &day;
      case 'Y':
        return &year;
      case 'h':
        return &hour;
      case 'm':
        return &minute;
      case 's':
        return &second;
      default:
        return nullptr;
    }
  }
};

// Seconds since 1970: a time point of the clock does not reach to the year 9999.
std::optional<seconds> time_of(const Date& date) {
  const auto month = std::find(kMonths.begin(), kMonths.end(), date.month);
  if (month == kMonths.end() || date.day < 1 || date.day > 31 || date.hour > 23 || date.minute > 59 ||
      date.second > 60) {
    return std::nullopt;
  }
  std::tm tm{};
  tm.tm_year = date.year - 1900;
  tm.tm_mon = static_cast<int>(month - kMonths.begin());
  tm.tm_mday = date.day;
  tm.tm_hour = date.hour;
  tm.tm_min = date.minute;
  tm.tm_sec = date.second;
  return seconds(timegm(&tm));
}

int year_of(WallTime now) {
  const std::time_t time = std::chrono::system_clock::to_time_t(now);
  std::tm tm{};
  gmtime_r(&time, &tm);
  return tm.tm_year + 1900;
}

std::optional<seconds> parse_date(std::string_view text, WallTime now) {
  for (const std::string_view name : kDays) {
    const std::string_view day = name.substr(0, kShortDay);
    Date date;
    if (text.substr(0, day.size()) != day) continue;
    if (text.substr(0, name.size()) == name) {
      if (!date.read(text.substr(name.size()), ", dd-nnn-YY hh:mm:ss GMT")) return std::nullopt;
      date.year += year_of(now) + 50 - (year_of(now) + 50) % 100;
      if (date.year > year_of(now) + 50) date.year -= 100;
      return time_of(date);
    }
    const std::string_view rest = text.substr(day.size());
    if (Date fixed; fixed.read(rest, ", dd nnn YYYY hh:mm:ss GMT")) return time_of(fixed);
    if (date.read(rest, " nnn _d hh:mm:ss YYYY")) return time_of(date);
  }
  return std::nullopt;
}

}  // namespace

std::optional<seconds> parse_retry_after(std::string_view text, WallTime now) {
  const std::string_view value = trim(text);
  if (!value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos) {
    const uint64_t most = static_cast<uint64_t>(seconds(kMostRetryAfter).count());
    return seconds(std::min(parse_number(value).value_or(most), most));  // absent: more than 64 bits hold
  }
  const auto date = parse_date(value, now);
  if (!date) return std::nullopt;
  return std::clamp(*date - std::chrono::floor<seconds>(now.time_since_epoch()), seconds(0),
                    seconds(kMostRetryAfter));
}

}  // namespace restanza::webhook
