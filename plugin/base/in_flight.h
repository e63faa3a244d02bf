// SPDX-License-Identifier: MIT
// Counts what is under way, and tells once when nothing is left; for drains. Any thread; the telling runs
// without a lock held, on the thread that left last.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

namespace restanza {

class InFlight {
 public:
  void enter() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
  }

  void leave() {
    std::function<void()> empty;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--count_ == 0) empty.swap(empty_);
    }
    if (empty) empty();
  }

  // Runs `empty` once the count is zero: now, or when the last one leaves.
  void when_empty(std::function<void()> empty) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (count_ > 0) {
        empty_ = std::move(empty);
        return;
      }
    }
    empty();
  }

 private:
  std::mutex mutex_;
  size_t count_ = 0;
  std::function<void()> empty_;
};

}  // namespace restanza
