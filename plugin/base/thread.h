// SPDX-License-Identifier: MIT
// Starts a named thread with every signal blocked: a plugin's threads live in somebody else's process, whose
// handlers must not run on them, and a peer that closes early must not raise SIGPIPE there.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

#include "base/own_threads.h"

namespace restanza {

// A thread that is started meanwhile inherits the mask.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

template <class Work>
std::thread start_thread(const char* name, Work&& work) {  // name: at most 15 bytes, pthread_setname_np(3)
  std::thread thread = [&] {
    const SignalsBlocked blocked;  // undone also where there are no threads left and std::thread throws
    return std::thread([work = std::forward<Work>(work)]() mutable {
      const OwnThread listed;
      work();
    });
  }();
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace restanza
