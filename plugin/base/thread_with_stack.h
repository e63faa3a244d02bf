// SPDX-License-Identifier: MIT
// A thread whose stack has a given size, for calls into libraries that need more than the default:
// std::thread cannot set it. Otherwise it is as `start_thread` makes threads. A stack takes address space at
// once, and memory only as far as it is used.
//
// Threads: one at a time. Ownership: the owner joins the thread before it destroys the object.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>

namespace restanza {

class ThreadWithStack {
 public:
  ThreadWithStack() = default;  // no thread runs

  // `name`: at most 15 bytes. `stack`: bytes, 0 for the default. Throws std::system_error where there is no
  // room for another thread.
  ThreadWithStack(const char* name, size_t stack, std::function<void()> work);
  ~ThreadWithStack();
  ThreadWithStack(ThreadWithStack&& other) noexcept { swap(other); }
  ThreadWithStack& operator=(ThreadWithStack&& other) noexcept {
    swap(other);
    return *this;
  }
  void swap(ThreadWithStack& other) noexcept;

  bool joinable() const { return running_; }
  void join();

 private:
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace restanza
