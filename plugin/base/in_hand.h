// SPDX-License-Identifier: MIT
// Counts itself among those who have something in hand, for as long as it lives, whatever is thrown. Any
// thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace restanza {

class InHand {
 public:
  explicit InHand(std::atomic<size_t>& count) : count_(count) { ++count_; }
  ~InHand() { --count_; }
  InHand(const InHand&) = delete;
  InHand& operator=(const InHand&) = delete;

 private:
  std::atomic<size_t>& count_;
};

}  // namespace restanza
