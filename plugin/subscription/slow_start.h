// SPDX-License-Identifier: MIT
// How quickly an endpoint gets what waited while it was away: a few requests a second at first, twice as many
// with each second in which it answered without failures and not much slower than at its best, and at once
// half as many when it did not; from there a tenth more each second, until it stands what it did not stand
// before. That is TCP's slow start and congestion avoidance (RFC 5681, section 3.1), for requests a second.
// A plain value, not thread-safe. Time is given by the caller.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace restanza::subscription {

class SlowStart {
 public:
  // Requests a second.
  static constexpr double kFirst = 10;
  static constexpr double kLeast = 1;
  // The rate changes after so long, or at once where the endpoint fails.
  static constexpr std::chrono::seconds kWindow{1};
  // Answers are slow that take twice as long as at best, and this beyond: the time of a busy machine.
  static constexpr std::chrono::milliseconds kMuchSlower{10};
  // A thread that wakes late makes up for so much.
  static constexpr std::chrono::milliseconds kCatchUp{20};

  // `most`: requests a second at most; 0: as many as the endpoint stands.
  explicit SlowStart(double most) : most_(most) {}

  void begin(Instant now);
  void at_most(double most);  // as in the constructor, from now on

  Instant next() const { return next_; }  // when a request may begin
  void begun(Instant now);

  enum class How {
    answered,
    failed,
    failed_again,  // as its conversation did before, which may be that one's own fault
  };
  // A request that began at `began` has ended so.
  void ended(Instant now, Instant began, How how);

 private:
  using Seconds = std::chrono::duration<double>;
  void close_window(Instant now);
  void open_window(Instant now);
  bool fails() const;
  void grow();
  void fall(Instant now);
  double capped(double rate) const;

  double most_;
  double rate_ = kFirst;
  double too_much_ = 0;  // the rate at which it failed last; 0: none
  Instant next_{};

  // Of the window.
  Instant opened_{};
  uint64_t begun_ = 0, answered_ = 0, failed_ = 0;
  Seconds took_{};  // all answers together

  Instant fell_{};  // what began before says nothing of the rate of now
  Seconds best_{};  // the mean of the best window; 0: there was none
  bool fell_for_slowness_ = false;
};

}  // namespace restanza::subscription
