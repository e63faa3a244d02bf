// SPDX-License-Identifier: MIT
#include "base/timer.h"

#include "base/guarded.h"
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
  Queue dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped.swap(queue_);
  due_.clear();
}

Timer::Id Timer::at(Instant when, std::function<void()> work) {
  return add(when, {std::move(work)});
}

Timer::Id Timer::after(std::chrono::milliseconds delay, std::function<void()> work) {
  return at(clock_.now() + delay, std::move(work));
}

Timer::Id Timer::repeat(Instant first, Repeating work) {
  return add(first, {nullptr, std::move(work)});
}

Timer::Id Timer::every(std::chrono::milliseconds interval, std::function<void()> work) {
  return repeat(clock_.now() + interval,
                [this, interval, work = std::move(work)]() -> std::optional<Instant> {
                  work();
                  return clock_.now() + interval;
                });
}

Timer::Id Timer::add(Instant when, Job job) {
  bool wake = false;
  Id id = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return 0;
    id = last_ + 1;
    const auto due = due_.emplace(id, when).first;
    try {
      queue_.emplace(Key{when, id}, std::move(job));
    } catch (const std::exception&) {
      due_.erase(due);
      throw;
    }
    last_ = id;
    // A thread that looks again before `when` need not be woken: most work is cancelled long before it is
    // due.
    wake = when < wakes_;
    if (wake) wakes_ = when;
  }
  if (wake) changed_.notify_all();
  return id;
}

bool Timer::cancel(Id id) {
  Queue::node_type dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto due = due_.find(id);
  if (due == due_.end()) return false;
  dropped = queue_.extract({due->second, id});
  due_.erase(due);
  return !dropped.empty();
}

size_t Timer::run_due() {
  size_t ran = 0;
  for (;; ++ran) {
    Queue::node_type job;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto first = queue_.begin();
      if (stopping_ || first == queue_.end() || first->first.first > clock_.now()) return ran;
      job = queue_.extract(first);
      if (!job.mapped().repeating) due_.erase(job.key().second);
    }
    const auto again = run(job.mapped());
    if (job.mapped().repeating) put_back(std::move(job), again);
  }
}

// When it runs again.
std::optional<Instant> Timer::run(const Job& job) {
  std::optional<Instant> again;
  const auto work = [&] {
    if (job.repeating) {
      again = job.repeating();
    } else {
      job.once();
    }
  };
  if (!log_) {
    work();
  } else if (!guarded(*log_, "what was due", work) && job.repeating) {
    again = clock_.now() + kAfterFailure;
  }
  return again;
}

// Nothing here needs memory.
void Timer::put_back(Queue::node_type job, std::optional<Instant> again) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto due = due_.find(job.key().second);
  if (stopping_ || due == due_.end()) return;  // cancelled meanwhile
  if (!again) {
    due_.erase(due);
    return;
  }
  due->second = job.key().first = *again;
  queue_.insert(std::move(job));
}

void Timer::loop() {
  for (;;) {
    run_due();
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    if (queue_.empty()) {
      wakes_ = Instant::max();
      changed_.wait(lock);
    } else {
      const Instant next = queue_.begin()->first.first;
      if (next <= clock_.now()) continue;
      wakes_ = next;
      changed_.wait_until(lock, next);
    }
    wakes_ = Instant::min();
  }
}

}  // namespace restanza
