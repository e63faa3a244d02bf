// SPDX-License-Identifier: MIT
// A few things that are dear to make, kept for the next one who needs such a thing. Not bound to threads: a
// library whose threads' ends still had something to free in it could not be unloaded.
//
// Threads: any. Ownership: what lies here is the spares', what was taken the taker's.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace restanza::xml {

// T: an owning pointer.
template <class T>
class Spares {
 public:
  static constexpr size_t kMax = 8;  // further ones that come back are freed

  T take() {  // null: none is left
    const std::lock_guard<std::mutex> lock(mutex_);
    if (kept_.empty()) return T();
    T taken = std::move(kept_.back());
    kept_.pop_back();
    return taken;
  }

  void give(T back) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (kept_.size() < kMax) kept_.push_back(std::move(back));
  }

 private:
  std::mutex mutex_;
  std::vector<T> kept_;
};

}  // namespace restanza::xml
