// SPDX-License-Identifier: MIT
#include "base/timer.h"

#include "base/thread.h"

namespace restanza {

void Timer::start() {
  thread_ = start_thread("rz-timer", [this] { loop(); });
}

void Timer::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  // Dropping the work may run destructors that come back here, so it happens outside the lock.
  std::map<Key, std::function<void()>> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped.swap(queue_);
  due_.clear();
}

Timer::Id Timer::at(Instant when, std::function<void()> work) {
  bool first = false;
  Id id = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return 0;
    id = ++last_;
    const auto entry = queue_.emplace(Key{when, id}, std::move(work)).first;
    first = entry == queue_.begin();
    due_.emplace(id, when);
  }
  if (first) changed_.notify_all();
  return id;
}

Timer::Id Timer::after(std::chrono::milliseconds delay, std::function<void()> work) {
  return at(clock_.now() + delay, std::move(work));
}

bool Timer::cancel(Id id) {
  std::function<void()> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = due_.find(id);
  if (found == due_.end()) return false;
  const auto entry = queue_.find({found->second, id});
  dropped = std::move(entry->second);
  queue_.erase(entry);
  due_.erase(found);
  return true;
}

size_t Timer::run_due() {
  size_t ran = 0;
  for (;; ++ran) {
    std::function<void()> work;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto first = queue_.begin();
      if (stopping_ || first == queue_.end() || first->first.first > clock_.now()) return ran;
      work = std::move(first->second);
      due_.erase(first->first.second);
      queue_.erase(first);
    }
    try {
      work();
    } catch (...) {
      // Out of memory. What the work held has ended with it, and a late deadline must not end the host.
    }
  }
}

void Timer::loop() {
  for (;;) {
    run_due();
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    if (queue_.empty()) {
      changed_.wait(lock);
    } else {
      const Instant next = queue_.begin()->first.first;
      if (next > clock_.now()) changed_.wait_until(lock, next);
    }
  }
}

}  // namespace restanza
