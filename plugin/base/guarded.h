// SPDX-License-Identifier: MIT
// Catches what is thrown by work whose caller could do nothing about it: on a thread of the plugin's own, as
// a job of the timer, or called by the host. What is thrown, as a rule for want of memory, ends in a line of
// the log, and the thread goes on. Any thread.
#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include "base/log.h"

namespace restanza {

inline void log_thrown(Log& log, const char* what, const std::exception& thrown) noexcept {
  try {
    log.error(std::string(what) + " went wrong: " + thrown.what());
  } catch (const std::exception&) {
    // There is no memory for the line either.
  }
}

// True: the work is done. False: it has thrown; `what` names it in the log.
template <class Work>
bool guarded(Log& log, const char* what, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& thrown) {
    log_thrown(log, what, thrown);
    return false;
  }
}

// The same for work that must not be left out and can be done again: it is tried for about a second, which
// the thread waits. The log has the first failure and, where nothing helps, the last one.
template <class Work>
bool guarded_until_done(Log& log, const char* what, Work&& work) noexcept {
  constexpr int kTries = 50;
  constexpr std::chrono::milliseconds kPause{20};
  for (int i = 1; i < kTries; ++i) {
    try {
      work();
      return true;
    } catch (const std::exception& thrown) {
      if (i == 1) log_thrown(log, what, thrown);
    }
    std::this_thread::sleep_for(kPause);
  }
  return guarded(log, what, work);
}

}  // namespace restanza
