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
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"

namespace restanza {

class Timer {
 public:
  using Id = uint64_t;  // never reused; 0 is no timer

  static constexpr std::chrono::seconds kAfterFailure{1};  // until work that threw and repeats runs again

  // Work that throws is told to the log, and the timer goes on. Without a log it is thrown on: a test shall
  // hear of it.
  explicit Timer(const Clock& clock, Log* log = nullptr) : clock_(clock), log_(log) {}
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start();  // begins the thread
  void stop();   // ends it and drops what waits; not from the timer's own work

  Instant now() const { return clock_.now(); }  // by the clock that the timer goes by

  Id at(Instant when, std::function<void()> work);
  Id after(std::chrono::milliseconds delay, std::function<void()> work);

  // Work that says when it is to run again; absent: no more. To be run again it needs no memory, so that
  // nothing that repeats ends for want of it. One that throws runs again after kAfterFailure.
  using Repeating = std::function<std::optional<Instant>()>;
  Id repeat(Instant first, Repeating work);
  Id every(std::chrono::milliseconds interval, std::function<void()> work);  // first after one interval

  // False where the work has run for the last time, runs now, or was cancelled before. Work that repeats is
  // not run again after this.
  bool cancel(Id id);

  // Runs what is due by the clock; returns how many. For the thread, and for tests with a clock of their own.
  size_t run_due();

 private:
  using Key = std::pair<Instant, Id>;
  struct Job {
    std::function<void()> once;
    Repeating repeating = {};  // where it is not `once`
  };
  using Queue = std::map<Key, Job>;
  Id add(Instant when, Job job);
  std::optional<Instant> run(const Job& job);
  void put_back(Queue::node_type job, std::optional<Instant> again);
  void loop();

  const Clock& clock_;
  Log* const log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Queue queue_;
  std::unordered_map<Id, Instant> due_;  // of what waits, and of what repeats and runs
  Id last_ = 0;
  bool stopping_ = false;
  Instant wakes_ = Instant::min();  // until when the thread sleeps; min where it does not
  std::thread thread_;
};

}  // namespace restanza
