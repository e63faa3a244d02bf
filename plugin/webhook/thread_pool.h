// SPDX-License-Identifier: MIT
// The threads that post to one endpoint, each with a connection of its own: as many as are needed, up to a
// limit. Any thread; `stop` once, at the end. Owns threads and connections.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/large_stack_thread.h"
#include "base/log.h"
#include "webhook/request/transport.h"

namespace restanza::webhook {

class ThreadPool {
 public:
  using Make = std::function<std::unique_ptr<Transport>()>;
  using Work =
      std::function<void(Transport& transport, bool first)>;  // until there is no more; `first`: of the pool

  // `name` is the endpoint's, for the log, which outlives the pool.
  // `stack`: bytes for each thread.
  ThreadPool(std::string name, size_t limit, size_t stack, Make make, Work work, Log& log)
      : name_(std::move(name)),
        limit_(limit),
        stack_(stack),
        make_(std::move(make)),
        work_(std::move(work)),
        log_(log) {}
  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void grow();                                  // one thread more, where that is allowed and possible
  void abort();                                 // their requests; no thread comes to them any more
  bool ended() const { return running_ == 0; }  // there is no thread, or its work has ended
  void stop();  // aborts their requests and waits for their end; `work` must see by itself that it is over

 private:
  void close(const Transport& own);

  const std::string name_;
  const size_t limit_;
  const size_t stack_;
  const Make make_;
  const Work work_;
  Log& log_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<LargeStackThread> threads_;
  bool stopped_ = false;
  std::atomic<size_t> running_{0};
};

}  // namespace restanza::webhook
