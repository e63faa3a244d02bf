// SPDX-License-Identifier: MIT
#include "journal/postgres/readers.h"

#include <utility>

namespace restanza::journal::postgres {

Tried<std::unique_ptr<Connection>> Readers::lend() {
  std::unique_lock<std::mutex> lock(mutex_);
  returned_.wait(lock, [this] { return !idle_.empty() || lent_ < kMax; });
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    ++lent_;
    return connection;
  }
  if (std::chrono::steady_clock::now() < again_) return why_;
  ++lent_;
  lock.unlock();
  auto opened = Connection::open(address_, schema_);
  lock.lock();
  if (opened) return opened;
  --lent_;
  why_ = opened.error();
  again_ = std::chrono::steady_clock::now() + kAgain;
  returned_.notify_one();
  return opened;
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const bool sound = !connection->failed();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --lent_;
    if (sound) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace restanza::journal::postgres
