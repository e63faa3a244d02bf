// SPDX-License-Identifier: MIT
// How long an endpoint asks to be left alone (RFC 9110 section 10.2.3). Pure, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace restanza::webhook {

// No answer asks for longer than this, whatever it says; whoever waits has a limit of their own below it.
inline constexpr std::chrono::hours kMostRetryAfter{24 * 366};

// A number of seconds, or an HTTP date of any of the three kinds (section 5.6.7), which counts from `now` and
// is 0 where it has passed. Absent where the text is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, WallTime now);

}  // namespace restanza::webhook
