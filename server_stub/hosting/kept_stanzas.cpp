// SPDX-License-Identifier: MIT
#include "hosting/kept_stanzas.h"

#include <algorithm>
#include <utility>

namespace restanza::host {

KeptStanzas::Id KeptStanzas::open(Instant now, Then then) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (kept_.size() >= kMax) return 0;
  kept_.emplace(last_ + 1, Kept{std::move(then), now + kLongest});
  return ++last_;
}

void KeptStanzas::close(Id id) {
  Then dropped;  // freed after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = kept_.find(id);
  if (found == kept_.end()) return;
  dropped = std::move(found->second.then);
  kept_.erase(found);
}

std::optional<int32_t> KeptStanzas::hold(Id id) {
  Then dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = kept_.find(id);
  const auto verdict = found->second.verdict;
  found->second.held = true;
  if (verdict) {
    dropped = std::move(found->second.then);
    kept_.erase(found);
  }
  return verdict;
}

xp_status KeptStanzas::settle(Id id, int32_t verdict, Then& then) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (id == 0 || id > last_) return XP_INVALID;
  const auto found = kept_.find(id);
  if (found == kept_.end() || found->second.verdict) return XP_GONE;
  if (found->second.held) {
    then = std::move(found->second.then);
    kept_.erase(found);
  } else {
    found->second.verdict = verdict;
  }
  return XP_OK;
}

KeptStanzas::Then KeptStanzas::take(std::optional<Instant> now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&now](const auto& each) {
    return each.second.held && (!now || each.second.until <= *now);
  });
  if (found == kept_.end()) return nullptr;
  Then then = std::move(found->second.then);
  kept_.erase(found);
  return then;
}

}  // namespace restanza::host
