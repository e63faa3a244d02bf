// SPDX-License-Identifier: MIT
// Which conversations an endpoint has answered with success of late: who fails beside them fails for reasons
// of their own. Remembers the latest success, and the latest one of another conversation than that. A plain
// value, not thread-safe.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.h"

namespace restanza::subscription {

class Successes {
 public:
  // Conversations are known by a hash of theirs: to keep names would need memory, just when that may be
  // short.
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
