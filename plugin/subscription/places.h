// SPDX-License-Identifier: MIT
// How many stanzas may wait for one endpoint: whoever brings one takes a place first. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace restanza::subscription {

class Places {
 public:
  explicit Places(size_t limit) : limit_(limit) {}

  // False: all are taken.
  bool take() {
    if (taken_.fetch_add(1) < limit_) return true;
    give_back();
    return false;
  }
  void take_beyond() { ++taken_; }  // for what waits already, whether or not there is room
  void give_back() { --taken_; }
  void set_limit(size_t limit) { limit_ = limit; }  // for those who come from now on

 private:
  std::atomic<size_t> limit_;
  std::atomic<size_t> taken_{0};
};

}  // namespace restanza::subscription
