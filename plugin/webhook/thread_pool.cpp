// SPDX-License-Identifier: MIT
#include "webhook/thread_pool.h"

#include <algorithm>
#include <system_error>

namespace restanza::webhook {

void ThreadPool::grow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_ || threads_.size() >= limit_) return;
  const bool first = threads_.empty();
  ++running_;
  try {
    transports_.reserve(threads_.size() + 1);
    threads_.reserve(threads_.size() + 1);
    auto transport = make_();
    LargeStackThread thread("rz-webhook", stack_, [this, &own = *transport, first] {
      work_(own, first);
      close(own);
      --running_;  // the last that it does here
    });
    transports_.push_back(std::move(transport));
    threads_.push_back(std::move(thread));
  } catch (const std::exception& error) {
    --running_;
    log_.error("endpoint '" + name_ + "' has " + std::to_string(threads_.size()) +
               " threads and got no other: " + error.what());
  }
}

// By the thread that used it, for it may wait for the peer.
void ThreadPool::close(const Transport& own) {
  std::unique_ptr<Transport> closed;  // goes without the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(transports_.begin(), transports_.end(),
                                  [&](const auto& transport) { return transport.get() == &own; });
  if (found == transports_.end()) return;
  closed = std::move(*found);
  transports_.erase(found);
}

void ThreadPool::abort() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (const auto& transport : transports_) transport->abort();
}

void ThreadPool::stop() {
  abort();
  std::vector<LargeStackThread> threads;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    threads.swap(threads_);
  }
  for (LargeStackThread& thread : threads) thread.join();
}

}  // namespace restanza::webhook
