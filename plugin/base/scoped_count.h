// SPDX-License-Identifier: MIT
// Adds one to a count for as long as it lives, whatever is thrown. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace restanza {

class ScopedCount {
 public:
  explicit ScopedCount(std::atomic<size_t>& count) : count_(count) { ++count_; }
  ~ScopedCount() { --count_; }
  ScopedCount(const ScopedCount&) = delete;
  ScopedCount& operator=(const ScopedCount&) = delete;

 private:
  std::atomic<size_t>& count_;
};

}  // namespace restanza
