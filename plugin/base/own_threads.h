// SPDX-License-Identifier: MIT
// The threads that this program, or this library, has begun and that still run: so that a host can tell them
// from those of the plugins it has loaded, which have a list of their own. Any thread.
#pragma once

#include <sys/types.h>

#include <vector>

namespace restanza {

// On the list while it is there: a local variable of the thread's first function. Needs no memory.
class OwnThread {
 public:
  OwnThread();
  ~OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;

 private:
  friend std::vector<pid_t> own_threads();
  const pid_t id_;
  OwnThread* previous_ = nullptr;
  OwnThread* next_ = nullptr;
};

// As gettid(2) numbers them. One that is just beginning or ending may be missing.
std::vector<pid_t> own_threads();

}  // namespace restanza
