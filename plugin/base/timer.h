// SPDX-License-Identifier: MIT
// Work to be done later: deadlines of waiting iqs, retries, the end of a drain.
// Any thread may add and cancel. Work runs without a lock held, on the timer thread of `start`, or where a
// test calls `run_due`. The timer owns what it is given until it has run or is cancelled.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/clock.h"

namespace restanza {

class Timer {
 public:
  using Id = uint64_t;  // never reused; 0 is no timer

  explicit Timer(const Clock& clock) : clock_(clock) {}
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start();  // begins the thread
  void stop();   // ends it and drops what waits; not from the timer's own work

  Instant now() const { return clock_.now(); }  // by the clock that the timer goes by

  Id at(Instant when, std::function<void()> work);
  Id after(std::chrono::milliseconds delay, std::function<void()> work);

  // False where the work has run, runs now, or was cancelled before.
  bool cancel(Id id);

  // Runs what is due by the clock; returns how many. For the thread, and for tests with a clock of their own.
  size_t run_due();

 private:
  using Key = std::pair<Instant, Id>;
  void loop();

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, std::function<void()>> queue_;
  std::unordered_map<Id, Instant> due_;
  Id last_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace restanza
