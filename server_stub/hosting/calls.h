// SPDX-License-Identifier: MIT
// The calls into one plugin instance: allowed between its start and its end only, and counted, so that no
// instance is destroyed while a call is in it. As long as a call is counted, everything that belongs to the
// instance exists. Any thread; `close` waits, and must not be called from within such a call.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace restanza::host {

class Calls {
 public:
  // One call, for as long as this lives. False: it is not allowed.
  class Scope {
   public:
    explicit Scope(Calls& calls) : calls_(calls), in_(calls.enter()) {}
    ~Scope() {
      if (in_) calls_.leave();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    explicit operator bool() const { return in_; }

   private:
    Calls& calls_;
    const bool in_;
  };

  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
  }

  // Allows no further calls, and waits for those in the instance. False: after `within` some are still there.
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
