// SPDX-License-Identifier: MIT
// When to look at which connection. A look that comes too early finds nothing to do and is planned anew, so a
// deadline that only moves on costs nothing here.
//
// Threads: the loop's only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace restanza::host {

class Deadlines {
 public:
  // Keeps the earlier one of `when` and what was planned.
  void plan(uint64_t connection, Instant when) {
    const auto [planned, fresh] = planned_.try_emplace(connection, when);
    if (!fresh) {
      if (planned->second <= when) return;
      order_.erase({planned->second, connection});
      planned->second = when;
    }
    order_.emplace(when, connection);
  }

  void forget(uint64_t connection) {
    const auto planned = planned_.find(connection);
    if (planned == planned_.end()) return;
    order_.erase({planned->second, connection});
    planned_.erase(planned);
  }

  std::optional<Instant> next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }

  // The connection that is due first, no longer planned; absent: none is due.
  std::optional<uint64_t> take_due(Instant now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    const uint64_t connection = order_.begin()->second;
    forget(connection);
    return connection;
  }

 private:
  std::set<std::pair<Instant, uint64_t>> order_;
  std::unordered_map<uint64_t, Instant> planned_;
};

}  // namespace restanza::host
