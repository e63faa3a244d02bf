// SPDX-License-Identifier: MIT
// A clock that stands until the test moves it: all of it, or what the wall clock says alone. Any thread.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace restanza {

class FakeClock final : public Clock {
 public:
  Instant now() const override { return Instant(elapsed_.load()); }
  WallTime wall() const override {
    return WallTime(std::chrono::hours(24 * 365 * 56) +
                    std::chrono::duration_cast<WallTime::duration>(elapsed_.load())) +
           stepped_.load();
  }
  void advance(std::chrono::milliseconds by) { elapsed_ = elapsed_.load() + by; }
  // As if somebody had set it.
  void step_wall(std::chrono::milliseconds by) { stepped_ = stepped_.load() + by; }

 private:
  std::atomic<Instant::duration> elapsed_{std::chrono::hours(1)};
  std::atomic<WallTime::duration> stepped_{WallTime::duration(0)};
};

}  // namespace restanza
