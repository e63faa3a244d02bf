// SPDX-License-Identifier: MIT
#include "webhook/crew.h"

#include <system_error>

namespace restanza::webhook {

void Crew::grow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_ || threads_.size() >= limit_) return;
  const bool first = threads_.empty();
  try {
    transports_.reserve(threads_.size() + 1);
    threads_.reserve(threads_.size() + 1);
    auto transport = make_();
    ThreadWithStack thread("rz-webhook", stack_, [this, &own = *transport, first] { work_(own, first); });
    transports_.push_back(std::move(transport));
    threads_.push_back(std::move(thread));
  } catch (const std::exception& error) {
    log_.error("endpoint '" + name_ + "' has " + std::to_string(threads_.size()) +
               " threads and got no other: " + error.what());
  }
}

void Crew::abort() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (const auto& transport : transports_) transport->abort();
}

void Crew::stop() {
  abort();
  std::vector<ThreadWithStack> threads;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    threads.swap(threads_);
  }
  for (ThreadWithStack& thread : threads) thread.join();
}

}  // namespace restanza::webhook
