// SPDX-License-Identifier: MIT
#include "subscription/slow_start.h"

#include <algorithm>

namespace restanza::subscription {

void SlowStart::begin(Instant now) {
  rate_ = capped(kFirst);
  too_much_ = 0;
  next_ = fell_ = now;
  best_ = {};
  fell_for_slowness_ = false;
  open_window(now);
}

void SlowStart::at_most(double most) {
  most_ = most;
  rate_ = capped(rate_);
}

void SlowStart::begun(Instant now) {
  close_window(now);
  ++begun_;
  const auto interval = std::chrono::duration_cast<Instant::duration>(Seconds(1 / rate_));
  next_ = std::max<Instant>(next_, now - kCatchUp) + interval;
}

void SlowStart::ended(Instant now, Instant began, How how) {
  close_window(now);
  if (began < fell_) return;
  if (how == How::answered) {
    ++answered_;
    took_ += now - began;
    return;
  }
  // Among many a few fail for reasons of their own.
  if (how == How::failed_again && answered_ != 0) return;
  ++failed_;
  // It may need its time to recover: once it has fallen, the whole window decides.
  if (opened_ != fell_ && fails()) fall(now);
}

bool SlowStart::fails() const {
  return failed_ != 0 && (answered_ == 0 || (failed_ > 1 && failed_ * 10 > answered_));
}

void SlowStart::close_window(Instant now) {
  if (now - opened_ < kWindow) return;
  if (failed_ > answered_) return fall(now);
  if (answered_ != 0 && !fails()) {
    const Seconds mean = took_ / static_cast<double>(answered_);
    const bool slow = best_.count() != 0 && mean > 2 * best_ + kMuchSlower;
    if (slow && !fell_for_slowness_) {
      fall(now);
      fell_for_slowness_ = true;
      return;
    }
    // Half as many did not make it quicker, so it is not slow for their number.
    if (slow || best_.count() == 0 || mean < best_) best_ = mean;
    fell_for_slowness_ = false;
    // Where fewer went than might have, nobody knows what more of them would do.
    if (static_cast<double>(begun_) * 2 >= rate_) grow();
  }
  open_window(now);
}

void SlowStart::open_window(Instant now) {
  opened_ = now;
  begun_ = answered_ = failed_ = 0;
  took_ = {};
}

void SlowStart::grow() {
  if (rate_ >= too_much_) too_much_ = 0;
  rate_ = capped(rate_ * (rate_ * 2 > too_much_ && too_much_ != 0 ? 1.1 : 2));
}

void SlowStart::fall(Instant now) {
  too_much_ = rate_;
  rate_ = capped(std::max(rate_ / 2, kLeast));
  fell_ = now;
  open_window(now);
}

double SlowStart::capped(double rate) const {
  return most_ > 0 ? std::min(rate, most_) : rate;
}

}  // namespace restanza::subscription
