// SPDX-License-Identifier: MIT
#include "base/clock.h"

namespace restanza {

Instant SystemClock::now() const {
  return std::chrono::steady_clock::now();
}
WallTime SystemClock::wall() const {
  return std::chrono::system_clock::now();
}

}  // namespace restanza
