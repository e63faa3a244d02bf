// SPDX-License-Identifier: MIT
// Dates and times as text: RFC 3339, HTTP (RFC 9110 section 5.6.7), and the names of files. Everything is
// UTC. Pure functions, any thread.
//
// The C library reads and writes them, always in its locale "C": in the process' own, which the host sets,
// the months may have other names. It reads more than these formats allow, so what it has read must give the
// same text again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace restanza {

// "2030-01-31T12:00:00Z", with an offset or a fraction too, which is cut off; absent where it is no such time
// or before 1900. The clock's own range ends in 2262, and people write 9999 for "never": what is later than
// the clock can count is as late as it can count.
std::optional<WallTime> parse_rfc3339(std::string_view text);

// A date of any of HTTP's three kinds. `now` decides about the century of a year with two digits: it is the
// latest one that is at most 50 years ahead. Absent and limited as above.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now);

std::string rfc3339(WallTime time);       // "2030-01-31T12:00:00.007Z", to the millisecond
std::string compact_date(WallTime time);  // "20300131T120000Z" (ISO 8601, basic format), for names of files

}  // namespace restanza
