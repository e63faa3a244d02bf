// SPDX-License-Identifier: MIT
#include "webhook/request/retry_after.h"

#include <algorithm>

#include "base/date.h"
#include "base/str.h"

namespace restanza::webhook {

using std::chrono::seconds;

std::optional<seconds> parse_retry_after(std::string_view text, WallTime now) {
  const std::string_view value = trim(text);
  if (!value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos) {
    const uint64_t most = static_cast<uint64_t>(seconds(kMostRetryAfter).count());
    return seconds(std::min(parse_number(value).value_or(most), most));  // absent: more than 64 bits hold
  }
  if (value.empty()) return std::nullopt;  // most answers have no such header
  const auto date = parse_http_date(value, now);
  if (!date) return std::nullopt;
  return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds(0), seconds(kMostRetryAfter));
}

}  // namespace restanza::webhook
