// SPDX-License-Identifier: GPL-3.0-or-later
// A latch for one thread that waits until a number of parts have counted down, or until the time is over,
// which std::latch of C++20 cannot. A part that counts down later does no harm, even when the latch is gone.
// `wait` once, on one thread; the counting down on any.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>

namespace restanza::host {

class Latch {
 public:
  explicit Latch(size_t count) : missing_(std::make_shared<std::atomic<size_t>>(count)) {
    if (count == 0) all_->set_value();
  }
  // For one of the parts, which calls it once.
  std::function<void()> counter() const {
    return [missing = missing_, all = all_] {
      if (--*missing == 0) all->set_value();
    };
  }
  // The same for one that could not be asked.
  void count_down() {
    if (--*missing_ == 0) all_->set_value();
  }
  // False: the time is over.
  bool wait(std::chrono::milliseconds within) {
    return all_->get_future().wait_for(within) == std::future_status::ready;
  }

 private:
  std::shared_ptr<std::atomic<size_t>> missing_;
  std::shared_ptr<std::promise<void>> all_ = std::make_shared<std::promise<void>>();
};

}  // namespace restanza::host
