// SPDX-License-Identifier: MIT
// The calls into one plugin instance: let in between its start and its end only, and counted, so that nobody
// destroys an instance under a call. Any thread; `close` waits and must not run inside such a call. Whoever
// was let in finds everything that belongs to the instance in its place until it leaves.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace restanza::host {

class Calls {
 public:
  // One call's stay.
  class Stay {
   public:
    explicit Stay(Calls& calls) : calls_(calls), in_(calls.enter()) {}
    ~Stay() {
      if (in_) calls_.leave();
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    explicit operator bool() const { return in_; }

   private:
    Calls& calls_;
    const bool in_;
  };

  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
  }

  // Lets nobody in any more and waits for those that are in. False: some are in still.
  bool close(std::chrono::milliseconds within) {
    std::unique_lock<std::mutex> lock(mutex_);
    open_ = false;
    return left_.wait_for(lock, within, [this] { return count_ == 0; });
  }

 private:
  bool enter() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (open_) ++count_;
    return open_;
  }
  void leave() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--count_ == 0 && !open_) left_.notify_all();  // under the lock: the waiter may free this next
  }

  std::mutex mutex_;
  std::condition_variable left_;
  bool open_ = false;
  size_t count_ = 0;
};

}  // namespace restanza::host
