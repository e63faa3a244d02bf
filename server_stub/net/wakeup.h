// SPDX-License-Identifier: MIT
// Wakes a thread that waits in poll(2) or epoll_wait(2): an eventfd. `wake` is for any thread, `clear` for
// the one that waits.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace restanza::host {

class Wakeup {
 public:
  Wakeup() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Wakeup() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  int descriptor() const { return descriptor_; }

  // A full counter refuses the write; the waiter is then awake anyway.
  void wake() { [[maybe_unused]] const int woken = eventfd_write(descriptor_, 1); }

  void clear() {
    eventfd_t count = 0;
    [[maybe_unused]] const int cleared = eventfd_read(descriptor_, &count);
  }

 private:
  const int descriptor_;
};

}  // namespace restanza::host
