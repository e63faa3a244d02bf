// SPDX-License-Identifier: MIT
// Starts a named thread with every signal blocked, and lists it: a plugin's threads live in somebody else's
// process, whose handlers must not run on them, and a peer that closes early must not raise SIGPIPE there.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <thread>
#include <utility>
#include <vector>

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

// On the list of own_threads() while it is there: a local variable of the thread's first function. Needs no
// memory.
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

// The threads that this program, or this library, has begun and that still run, as gettid(2) numbers them: so
// that a host can tell them from those of the plugins it has loaded, which have a list of their own. One that
// is just beginning or ending may be missing.
std::vector<pid_t> own_threads();

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
