// SPDX-License-Identifier: MIT
// What tests with threads wait for: things that arrive, a door that opens, the lines of a log. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"

namespace restanza::test {

inline constexpr std::chrono::seconds kPatience{20};  // far beyond what any event here takes

// Things that arrive on other threads.
template <class T>
class Collected {
 public:
  // Tells with the lock held, so that whoever has waited for it may destroy this at once.
  void add(T item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }

  // All there are once `count` have come, or fewer after the patience is spent.
  std::vector<T> wait(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return items_.size() >= count; });
    return items_;
  }

  std::vector<T> now() { return wait(0); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> items_;
};

// A door that stays shut until the test opens it.
class Door {
 public:
  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();  // under the lock: whoever passes may destroy the door
  }
  bool pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class CollectedLog final : public Log {
 public:
  void write(Level level, std::string_view line) override {
    levelled.add({level, std::string(line)});
    if (level != Level::debug) lines.add(std::string(line));
  }
  Collected<std::string> lines;  // without those for debugging
  Collected<std::pair<Level, std::string>> levelled;
};

}  // namespace restanza::test
