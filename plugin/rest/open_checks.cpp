// SPDX-License-Identifier: MIT
#include "rest/open_checks.h"

#include <utility>

namespace restanza::rest {

OpenChecks::Id OpenChecks::open(const Done& done) {
  bool drained = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained = drained_;
    if (!drained && open_.size() < kLimit) {
      open_.emplace(++last_, done);
      return last_;
    }
  }
  done(refused::later(drained ? "The server is shutting down" : "Too many passwords are being checked"));
  return 0;
}

void OpenChecks::end(Id id, Result<Caller, Refusal> outcome) {
  Done done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    done = std::move(found->second);
    open_.erase(found);
  }
  done(std::move(outcome));
}

void OpenChecks::drain() {
  std::unordered_map<Id, Done> left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = true;
    left.swap(open_);
  }
  for (const auto& check : left) check.second(refused::later("The server is shutting down"));
}

}  // namespace restanza::rest
