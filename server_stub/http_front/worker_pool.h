// SPDX-License-Identifier: MIT
// A thread pool that runs handlers, with small stacks. As many threads as there are cores start when they are
// needed. Further ones start only when no request was begun for a while, or one has waited for long, because
// handlers block then; where they only compute, more threads than cores would gain nothing. Idle ones end.
//
// Threads: any. Ownership: owns its threads and the requests that wait for one.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>

#include "base/clock.h"
#include "base/large_stack_thread.h"
#include "http_front/request_handling.h"

namespace restanza::host {

class WorkerPool {
 public:
  using Work = std::function<void(ReadyRequest&)>;  // must not throw

  WorkerPool(Work work, size_t max_threads, std::chrono::milliseconds idle_time);
  ~WorkerPool();

  // False: no thread runs and none could be started. The queue's bound is the number of exchanges.
  bool submit(ReadyRequest request);
  // Starts a further thread where one is due; true: ask again after kPatience.
  bool relieve();
  void stop();  // drops what waits, joins

  static constexpr std::chrono::milliseconds kPatience{5};        // while no request is begun
  static constexpr std::chrono::milliseconds kLongPatience{100};  // while others are

 private:
  struct Waiting {
    ReadyRequest request;
    Instant since;
  };

  using Threads = std::list<LargeStackThread>;

  void serve(Threads::iterator own);
  bool spawn();  // with the lock

  const Work work_;
  const size_t max_threads_;
  const size_t eager_threads_;
  const std::chrono::milliseconds idle_time_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable ended_one_;
  std::deque<Waiting> queue_;
  Instant begun_;  // when a thread last took a request
  Threads running_;
  Threads ended_;  // to be joined
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace restanza::host
