// SPDX-License-Identifier: MIT
#include "http_front/worker_pool.h"

#include <signal.h>

#include <algorithm>
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
  ended_.reserve(ended_.size() + threads_ + 1);  // so that a thread ends without needing memory
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // a new thread inherits the mask
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, &WorkerPool::entry, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (!started) return false;
  pthread_setname_np(thread, "http-worker");
  ++threads_;
  return true;
}

void* WorkerPool::entry(void* self) {
  static_cast<WorkerPool*>(self)->serve();
  return nullptr;
}

void WorkerPool::serve() {
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
  --threads_;
  ended_.push_back(pthread_self());
  ended_one_.notify_all();
}

std::vector<pthread_t> WorkerPool::take_ended() {
  std::vector<pthread_t> taken = ended_;
  ended_.clear();  // and keeps its room
  return taken;
}

bool WorkerPool::submit(ReadyRequest request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return false;
  if (idle_ <= queue_.size() && threads_ < eager_threads_ && !spawn() && threads_ == 0) return false;
  queue_.push_back({std::move(request), std::chrono::steady_clock::now()});
  if (idle_ > 0) ready_.notify_one();
  return true;
}

bool WorkerPool::relieve() {
  std::vector<pthread_t> ended;
  bool waiting = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended = take_ended();
    waiting = !queue_.empty() && idle_ == 0 && threads_ < max_threads_ && !stopping_;
    if (waiting) {
      const Instant now = std::chrono::steady_clock::now();
      const auto waited = now - queue_.front().since;
      if (waited >= kLongPatience || (waited >= kPatience && now - begun_ >= kPatience)) spawn();
    }
  }
  for (const pthread_t thread : ended) pthread_join(thread, nullptr);
  return waiting;
}

void WorkerPool::stop() {
  std::deque<Waiting> dropped;
  std::vector<pthread_t> ended;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    ready_.notify_all();
    ended_one_.wait(lock, [this] { return threads_ == 0; });
    ended.swap(ended_);
  }
  for (const pthread_t thread : ended) pthread_join(thread, nullptr);
}

}  // namespace restanza::host
