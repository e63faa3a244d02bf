// SPDX-License-Identifier: MIT
#include "http_front/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace restanza::host {
namespace {

constexpr size_t kStackBytes = 512 * 1024;  // handlers parse documents; the depth limits are set for this

}  // namespace

WorkerPool::WorkerPool(Work work, size_t max_threads, std::chrono::milliseconds idle_time)
    : work_(std::move(work)),
      max_threads_(std::max<size_t>(max_threads, 1)),
      eager_threads_(std::min<size_t>(max_threads_, std::max(2U, std::thread::hardware_concurrency()))),
      idle_time_(idle_time) {}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::spawn() {
  Threads one(1);
  try {
    one.front() = LargeStackThread("http-worker", kStackBytes, [this, own = one.begin()] { serve(own); });
  } catch (const std::system_error&) {
    return false;
  }
  running_.splice(running_.end(), one);
  return true;
}

void WorkerPool::serve(Threads::iterator own) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      ++idle_;
      const bool woken = ready_.wait_for(lock, idle_time_, [this] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (!woken) break;
      continue;
    }
    ReadyRequest request = std::move(queue_.front().request);
    queue_.pop_front();
    if (!queue_.empty()) begun_ = std::chrono::steady_clock::now();
    lock.unlock();
    work_(request);
    request = ReadyRequest();  // its memory is free before the next wait
    lock.lock();
  }
  ended_.splice(ended_.end(), running_, own);  // needs no memory
  ended_one_.notify_all();
}

bool WorkerPool::submit(ReadyRequest request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return false;
  if (idle_ <= queue_.size() && running_.size() < eager_threads_ && !spawn() && running_.empty())
    return false;
  queue_.push_back({std::move(request), std::chrono::steady_clock::now()});
  if (idle_ > 0) ready_.notify_one();
  return true;
}

bool WorkerPool::relieve() {
  Threads ended;
  bool waiting = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended.swap(ended_);
    waiting = !queue_.empty() && idle_ == 0 && running_.size() < max_threads_ && !stopping_;
    if (waiting) {
      const Instant now = std::chrono::steady_clock::now();
      const auto waited = now - queue_.front().since;
      if (waited >= kLongPatience || (waited >= kPatience && now - begun_ >= kPatience)) spawn();
    }
  }
  for (LargeStackThread& thread : ended) thread.join();
  return waiting;
}

void WorkerPool::stop() {
  std::deque<Waiting> dropped;
  Threads ended;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    ready_.notify_all();
    ended_one_.wait(lock, [this] { return running_.empty(); });
    ended.swap(ended_);
  }
  for (LargeStackThread& thread : ended) thread.join();
}

}  // namespace restanza::host
