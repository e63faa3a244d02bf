// SPDX-License-Identifier: MIT
#include "journal/sharing.h"

#include <algorithm>

namespace restanza::journal {

void Sharing::begin(std::function<bool()> linked) {
  linked_ = std::move(linked);
  begun_ = true;
}

Instant Sharing::due(const Store& store, Instant now) const {
  const auto within = store.deal_within();
  return begun_ && within ? now + *within : Instant::max();
}

bool Sharing::deal(Store& store, bool settled) {
  if (!begun_ || !store.deal_within()) return false;
  if (!untold_) {
    auto dealt = store.deal(settled ? free_ : Buckets(), is_linked());
    if (!dealt) return false;
    untold_ = std::move(*dealt);
  }
  whole_ = untold_->whole;
  tell(*untold_, store, settled);
  const Buckets surplus = untold_->surplus;
  untold_.reset();
  store.dealt();
  return hand_over(surplus);
}

// One that comes back at once is none that was gone.
bool Sharing::is_linked() {
  const Instant now = std::chrono::steady_clock::now();
  if (linked_()) linked_until_ = now + kUnlinked;
  return now < linked_until_;
}

void Sharing::tell(const Shift& shift, Store& store, bool settled) {
  std::optional<std::vector<EndpointStop>> stops;
  others_wrote_ = others_wrote_ || shift.others_wrote;
  if (others_wrote_ && settled) {  // else what was steered here is not among them
    auto found = store.read(ListStops{});
    if (found) stops = std::get<std::vector<EndpointStop>>(std::move(*found));
    others_wrote_ = !found;
  }
  for (Sharer* const sharer : sharers_) {
    if (shift.lost.any()) sharer->lost(shift.lost);
    if (shift.gained.any()) sharer->gained(shift.gained);
    if (!shift.came.empty()) sharer->came(shift.came);
    if (stops) sharer->others_wrote(*stops);
  }
}

// In two steps: when nothing of a bucket is under way, all that was settled of it is written; then it may go.
bool Sharing::hand_over(const Buckets& surplus) {
  const Instant now = std::chrono::steady_clock::now();
  Buckets held = now < hold_again_ ? Buckets() : surplus;
  if (held.any() && held_.none()) hold_until_ = now + kHold;
  if (held.any() && now >= hold_until_) {
    held.reset();
    hold_again_ = now + kHold;
  }
  if (held != held_) {
    for (Sharer* const sharer : sharers_) sharer->hold(held);
    held_ = held;
  }
  free_ = held;
  for (const Sharer* const sharer : sharers_) free_ &= ~sharer->busy();
  return free_.any();
}

}  // namespace restanza::journal
