// SPDX-License-Identifier: MIT
// A pool of objects that are expensive to make, so that the next one who needs such an object gets a used
// one. It is not thread_local: a library that has to free something when a thread ends cannot be unloaded.
//
// Threads: any. Ownership: the pool owns what lies in it, and the caller what was taken out.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace restanza::xml {

// T: an owning pointer.
template <class T>
class ObjectPool {
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
