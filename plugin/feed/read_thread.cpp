// SPDX-License-Identifier: MIT
#include "feed/read_thread.h"

#include <utility>

#include "base/guarded.h"
#include "base/thread.h"

namespace restanza::feed {

void ReadThread::start() {
  thread_ = start_thread("rz-feed", [this] { loop(); });
}

void ReadThread::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  while (next()) continue;  // one by one: a long line that goes at once would go deep
}

void ReadThread::ask(std::shared_ptr<Task> task) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_ || task->waits_) return;
    task->waits_ = true;
    Task* const added = task.get();
    (last_ ? last_->next_ : first_) = std::move(task);
    last_ = added;
  }
  changed_.notify_one();
}

std::shared_ptr<ReadThread::Task> ReadThread::next() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<Task> task = std::move(first_);
  if (!task) return task;
  first_ = std::move(task->next_);
  if (!first_) last_ = nullptr;
  task->waits_ = false;
  return task;
}

void ReadThread::loop() {
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopped_ || first_; });
      if (stopped_) return;
    }
    if (const auto task = next()) guarded(log_, "reading updates", [&] { task->run(); });
  }
}

}  // namespace restanza::feed
