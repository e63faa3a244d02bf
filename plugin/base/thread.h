// SPDX-License-Identifier: MIT
// Starts a named thread with every signal blocked: a plugin's threads live in somebody else's process, whose
// handlers must not run on them, and a peer that closes early must not raise SIGPIPE there.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace restanza {

template <class Work>
std::thread start_thread(const char* name, Work&& work) {  // name: at most 15 bytes, pthread_setname_np(3)
  struct Blocked {  // also where there are no threads left and std::thread throws
    Blocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, &before);
    }
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before;
  };
  std::thread thread = [&] {
    const Blocked blocked;  // a new thread inherits the mask
    return std::thread(std::forward<Work>(work));
  }();
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace restanza
