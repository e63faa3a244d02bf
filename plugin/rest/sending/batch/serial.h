// SPDX-License-Identifier: MIT
// Work that comes from any thread and is done one piece after the other, in the order in which it came: by
// the thread that brings it or, where another one is at it, by that one. Nothing waits, and no lock is held
// while something is done; work that brings more work has it done afterwards.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

namespace restanza {

class Serial {
 public:
  // What one of them throws, the thread that did it throws on once all is done.
  void run(std::function<void()> work) {
    std::unique_lock<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(work));
    if (std::exchange(busy_, true)) return;
    std::exception_ptr thrown;
    while (!waiting_.empty()) {
      std::function<void()> next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      try {
        next();
      } catch (...) {
        thrown = std::current_exception();
      }
      next = nullptr;  // what it holds may go here, and do something
      lock.lock();
    }
    busy_ = false;
    lock.unlock();
    if (thrown) std::rethrow_exception(thrown);
  }

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  bool busy_ = false;
};

}  // namespace restanza
