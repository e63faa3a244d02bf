// SPDX-License-Identifier: MIT
// How long to wait before the next attempt: doubling up to a limit, each time less a random part of up to a
// half, so that many components do not storm a server that comes back. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>

#include "base/random.h"

namespace restanza::host {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most)
      : first_(first), most_(most), current_(first) {}

  std::chrono::milliseconds next() {
    const std::chrono::milliseconds whole = std::min(current_, most_);
    current_ = std::min(current_ * 2, most_);
    uint32_t random = 0;
    std::memcpy(&random, random_bytes(sizeof random).data(), sizeof random);
    return whole - std::chrono::milliseconds(random % static_cast<uint64_t>(whole.count() / 2 + 1));
  }

  void reset() { current_ = first_; }

 private:
  const std::chrono::milliseconds first_, most_;
  std::chrono::milliseconds current_;
};

}  // namespace restanza::host
