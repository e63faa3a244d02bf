// SPDX-License-Identifier: MIT
// The two clocks, behind an interface: a test has one that it moves by hand. Any thread.
#pragma once

#include <chrono>

namespace restanza {

using Instant = std::chrono::steady_clock::time_point;   // for waits and deadlines
using WallTime = std::chrono::system_clock::time_point;  // for dates that people see

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  WallTime wall() const override;
};

}  // namespace restanza
