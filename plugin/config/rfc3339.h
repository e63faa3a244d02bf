// SPDX-License-Identifier: MIT
// Dates and times of RFC 3339 section 5.6. Pure, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace restanza::config {

// "2030-01-31T12:00:00Z", with an offset or a fraction too; absent where it is no such time.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace restanza::config
