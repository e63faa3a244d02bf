// SPDX-License-Identifier: MIT
#include "webhook/health.h"

#include <algorithm>

namespace restanza::webhook {

void Health::note(const Outcome& outcome) {
  if (outcome.end == Outcome::End::aborted) return;
  const bool failing = outcome.end != Outcome::End::answered;
  if (!turned(failing)) return;
  if (!failing) {
    log_.info("webhook " + origin_ + " answers again");
  } else if (outcome.end == Outcome::End::timeout) {
    log_.warn("webhook " + origin_ + " does not answer in time");
  } else {
    log_.error("webhook " + origin_ + " cannot be reached: " + outcome.detail);
  }
}

bool Health::turned(bool failing) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failing_ == failing) return false;
  const Instant now = clock_.now();
  const auto earned = (now - counted_) / kQuiet;
  if (left_ + earned > 0) {
    failing_ = failing;
    if (earned > 0) counted_ = now;
    left_ = static_cast<int>(std::min<int64_t>(kBurst, left_ + earned)) - 1;
    return true;
  }
  return false;  // said later, if it is still so
}

}  // namespace restanza::webhook
