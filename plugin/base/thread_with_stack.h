// SPDX-License-Identifier: MIT
// A thread with a stack of a size, for calls into libraries that go deeper than the default allows:
// std::thread has no say in that. Otherwise as `start_thread` makes them. The stack is address space; memory
// is what of it was used. One owner, who joins it before it goes.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>

namespace restanza {

class DeepThread {
 public:
  DeepThread() = default;  // none

  // `name`: at most 15 bytes. `stack`: bytes, 0 for the default. Throws std::system_error where there is no
  // room for another thread.
  DeepThread(const char* name, size_t stack, std::function<void()> work);
  ~DeepThread();
  DeepThread(DeepThread&& other) noexcept { swap(other); }
  DeepThread& operator=(DeepThread&& other) noexcept {
    swap(other);
    return *this;
  }
  void swap(DeepThread& other) noexcept;

  bool joinable() const { return running_; }
  void join();

 private:
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace restanza
