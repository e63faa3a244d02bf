// SPDX-License-Identifier: MIT
// A thread whose stack has the size that is asked for, for calls into libraries that need more than the
// default: std::thread offers no choice. Otherwise it is as `start_thread` makes it. The stack is address
// space; only what was used of it takes memory. One owner, who joins it before it is destroyed.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>

namespace restanza {

class LargeStackThread {
 public:
  LargeStackThread() = default;  // none

  // `name`: at most 15 bytes. `stack`: bytes, 0 for the default. Throws std::system_error where there is no
  // room for another thread.
  LargeStackThread(const char* name, size_t stack, std::function<void()> work);
  ~LargeStackThread();
  LargeStackThread(LargeStackThread&& other) noexcept { swap(other); }
  LargeStackThread& operator=(LargeStackThread&& other) noexcept {
    swap(other);
    return *this;
  }
  void swap(LargeStackThread& other) noexcept;

  bool joinable() const { return running_; }
  void join();

 private:
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace restanza
