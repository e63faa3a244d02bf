// SPDX-License-Identifier: MIT
// A delivery that is at work. What is thrown meanwhile, for want of memory, leaves it the first of its
// conversation, to be posted again after a while. The thread that posts; the lanes outlive it.
#pragma once

#include <chrono>
#include <utility>

#include "base/clock.h"
#include "subscription/lanes.h"

namespace restanza::subscription {

class Turn {
 public:
  Turn(Lanes& lanes, const Clock& clock, std::chrono::milliseconds again, Lanes::Work work)
      : lanes_(lanes), clock_(clock), again_(again), work_(std::move(work)) {}
  ~Turn() {
    if (!settled_) put_back(clock_.now() + again_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Item& item() { return work_.item(); }

  void set_tree(std::shared_ptr<const xmpp::StanzaTree> tree) { lanes_.set_tree(work_, std::move(tree)); }

  bool ended(const Ended& how, double chance) {
    ended_ = true;
    return lanes_.ended(work_, how, chance);
  }
  // Where it has not ended it is broken off.
  void put_back(Instant when) {
    if (!std::exchange(ended_, true)) lanes_.broken_off(work_);
    settled_ = true;
    lanes_.put_back(std::move(work_), when);
  }
  void done() {
    if (!std::exchange(ended_, true)) lanes_.broken_off(work_);
    settled_ = true;
    lanes_.done(std::move(work_));
  }

 private:
  Lanes& lanes_;
  const Clock& clock_;
  const std::chrono::milliseconds again_;
  Lanes::Work work_;
  bool ended_ = false;
  bool settled_ = false;
};

}  // namespace restanza::subscription
