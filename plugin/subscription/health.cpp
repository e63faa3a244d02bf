// SPDX-License-Identifier: MIT
#include "subscription/health.h"

#include <algorithm>

namespace restanza::subscription {
namespace {

std::string counted(size_t stanzas) {
  return std::to_string(stanzas) + (stanzas == 1 ? " stanza waits" : " stanzas wait") + " for it";
}

std::string in_seconds(Instant::duration time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

void Health::note(End end, const std::string& detail) {
  if (end == End::aborted) return;
  const bool failing = end != End::answered;
  const Transition change = transition(failing);
  if (!change.said) return;
  if (!failing) {
    log_.info(endpoint_ + " answers" + (change.first ? " now" : " again") + ", after " +
              in_seconds(change.away) + "; " + counted(waiting_()));
  } else if (end == End::timeout) {
    log_.warn(endpoint_ + " does not answer in time");
  } else if (change.first) {
    log_.warn(endpoint_ + " cannot be reached yet: " + detail + "; start it, or correct its URL");
  } else {
    log_.error(endpoint_ + " cannot be reached: " + detail);
  }
}

Health::Transition Health::transition(bool failing) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool first = !has_answered_;
  has_answered_ = has_answered_ || !failing;
  if (failing_ == failing) return {};
  const Instant now = clock_.now();
  const auto earned = (now - counted_) / kQuiet;
  if (left_ + earned <= 0) return {};  // said later, if it is still so
  failing_ = failing;
  if (earned > 0) counted_ = now;
  left_ = static_cast<int>(std::min<int64_t>(kBurst, left_ + earned)) - 1;
  const Instant since = std::exchange(since_, now);
  return {true, first, now - since};
}

}  // namespace restanza::subscription
