// SPDX-License-Identifier: MIT
// The exchanges that one plugin instance was handed and has not completed: so that nobody completes another
// plugin's, and none stays open behind an instance that is gone. Any thread.
#pragma once

#include <mutex>
#include <unordered_set>
#include <utility>

#include "http_front/exchanges.h"

namespace restanza::host {

class OpenExchanges {
 public:
  void add(ExchangeId id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(id);
  }
  bool has(ExchangeId id) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return open_.count(id) > 0;
  }
  // Of two that complete the same exchange, one is told true.
  bool take(ExchangeId id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return open_.erase(id) > 0;
  }
  std::unordered_set<ExchangeId> take_all() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(open_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_set<ExchangeId> open_;
};

}  // namespace restanza::host
