// SPDX-License-Identifier: MIT
#include "rest/access/open_checks.h"

#include <utility>

namespace restanza::rest {

OpenChecks::Id OpenChecks::open(const std::shared_ptr<AuthenticationCallback>& callback) {
  bool drained = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained = drained_;
    if (!drained && open_.size() < limit_) {
      open_.emplace(++last_, callback);
      return last_;
    }
  }
  callback->tell(refused::later(drained ? "The server is shutting down" : full_));
  return 0;
}

std::shared_ptr<AuthenticationCallback> OpenChecks::take(Id id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = open_.find(id);
  if (found == open_.end()) return nullptr;
  auto callback = std::move(found->second);
  open_.erase(found);
  return callback;
}

void OpenChecks::end(Id id, Result<Caller, Refusal> outcome) {
  if (const auto callback = take(id)) callback->tell(std::move(outcome));
}

void OpenChecks::drain() {
  std::unordered_map<Id, std::shared_ptr<AuthenticationCallback>> left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = true;
    left.swap(open_);
  }
  for (const auto& check : left) check.second->tell(refused::later("The server is shutting down"));
}

}  // namespace restanza::rest
