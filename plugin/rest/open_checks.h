// SPDX-License-Identifier: MIT
// The password checks whose verdict is still to come: each ends exactly once, by its verdict or by the drain,
// so that a shutdown waits for no verdict and a late one finds nothing to touch. Bounded. Any thread; what is
// told runs without a lock held.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "base/result.h"
#include "rest/caller.h"
#include "rest/refusal.h"

namespace restanza::rest {

class OpenChecks {
 public:
  using Done = std::function<void(Result<Caller, Refusal>)>;
  using Id = uint64_t;
  static constexpr size_t kLimit = 10000;

  // Refuses at once, and returns 0, where there are too many or the drain has begun.
  Id open(const Done& done);
  void end(Id id, Result<Caller, Refusal> outcome);  // nothing, where it has ended already

  // Refuses all that are open, and all that come.
  void drain();

 private:
  std::mutex mutex_;
  std::unordered_map<Id, Done> open_;
  Id last_ = 0;
  bool drained_ = false;
};

}  // namespace restanza::rest
