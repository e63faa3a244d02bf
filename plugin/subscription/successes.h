// SPDX-License-Identifier: MIT
// Which conversations an endpoint has answered with success of late: who fails beside them fails for reasons
// of their own. Remembers the latest success, and the latest one of another conversation than that. A plain
// value, not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"

namespace restanza::subscription {

// What is remembered of a conversation, or of its lane: to keep names would need memory, just when that may
// be short.
inline size_t hash_of(const std::string& lane) {
  return std::hash<std::string>()(lane);
}

class Successes {
 public:
  void note(size_t lane, Instant now) {
    if (latest_ && latest_->lane != lane) other_ = latest_;
    latest_ = One{lane, now};
  }

  // Whether another conversation than this one was answered so after `since`.
  bool of_another(size_t lane, Instant since) const {
    const auto& one = latest_ && latest_->lane == lane ? other_ : latest_;
    return one && one->at > since;
  }

 private:
  struct One {
    size_t lane = 0;
    Instant at{};
  };
  std::optional<One> latest_, other_;
};

}  // namespace restanza::subscription
