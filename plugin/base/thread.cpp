// SPDX-License-Identifier: MIT
#include "base/thread.h"

#include <unistd.h>

#include <mutex>

namespace restanza {
namespace {

std::mutex own_threads_mutex;
OwnThread* newest = nullptr;  // with the lock, as all links between them

}  // namespace

OwnThread::OwnThread() : id_(gettid()) {
  const std::lock_guard<std::mutex> lock(own_threads_mutex);
  next_ = newest;  // NOLINT(cppcoreguidelines-prefer-member-initializer): with the lock
  if (next_) next_->previous_ = this;
  newest = this;
}

OwnThread::~OwnThread() {
  const std::lock_guard<std::mutex> lock(own_threads_mutex);
  (previous_ ? previous_->next_ : newest) = next_;
  if (next_) next_->previous_ = previous_;
}

std::vector<pid_t> own_threads() {
  const std::lock_guard<std::mutex> lock(own_threads_mutex);
  std::vector<pid_t> all;
  for (const OwnThread* thread = newest; thread; thread = thread->next_) all.push_back(thread->id_);
  return all;
}

}  // namespace restanza
