// SPDX-License-Identifier: MIT
// What a journal holds, as a table for people; each store fills in what it finds. Plain values and a pure
// function, any thread. For the stores.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "journal/claim.h"
#include "journal/record.h"

namespace restanza::journal {

inline constexpr size_t kMaxShown = 50;  // deliveries, the oldest first; and credentials

struct Report {
  std::vector<Count> counts;
  std::vector<EndpointStop> stops;
  std::map<std::string, std::string> latest_errors;  // by endpoint
  std::vector<Delivery> first;                       // as in a list, at most kMaxShown
  size_t deliveries = 0;                             // altogether
  KeysKept keys;                                     // with at most kMaxShown credentials
};

// The endpoints, the first deliveries without their bodies, and who has how many idempotency keys.
std::string as_table(const Report& report, WallTime now);

}  // namespace restanza::journal
