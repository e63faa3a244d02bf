// SPDX-License-Identifier: MIT
#include "webhook/crew.h"

#include <system_error>

#include "base/thread.h"

namespace restanza::webhook {

void Crew::grow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_ || threads_.size() >= limit_) return;
  const bool first = threads_.empty();
  try {
    senders_.push_back(make_());
    threads_.push_back(
        start_thread("rz-webhook", [this, &own = *senders_.back(), first] { work_(own, first); }));
  } catch (const std::system_error& error) {
    senders_.pop_back();
    log_.error("endpoint '" + name_ + "' has " + std::to_string(threads_.size()) +
               " threads and got no other: " + error.what());
  }
}

void Crew::abort() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (const auto& sender : senders_) sender->abort();
}

void Crew::stop() {
  abort();
  std::vector<std::thread> threads;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace restanza::webhook
