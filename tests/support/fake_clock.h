// SPDX-License-Identifier: MIT
// A clock that stands until the test moves it. Any thread.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace restanza {

class FakeClock final : public Clock {
 public:
  Instant now() const override { return Instant(elapsed_.load()); }
  WallTime wall() const override {
    return WallTime(std::chrono::hours(24 * 365 * 56) +
                    std::chrono::duration_cast<WallTime::duration>(elapsed_.load()));
  }
  void advance(std::chrono::milliseconds by) { elapsed_ = elapsed_.load() + by; }

 private:
  std::atomic<Instant::duration> elapsed_{std::chrono::hours(1)};
};

}  // namespace restanza
