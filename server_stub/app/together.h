// SPDX-License-Identifier: GPL-3.0-or-later
// Waits until every one of a number of parts has called what it was given, or the time is over; a part that
// calls later does no harm. `wait` once, on one thread; the calls come on any.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>

namespace restanza::host {

class Together {
 public:
  explicit Together(size_t count) : missing_(std::make_shared<std::atomic<size_t>>(count)) {
    if (count == 0) all_->set_value();
  }
  std::function<void()> one() const {
    return [missing = missing_, all = all_] {
      if (--*missing == 0) all->set_value();
    };
  }
  bool wait(std::chrono::milliseconds within) {
    return all_->get_future().wait_for(within) == std::future_status::ready;
  }

 private:
  std::shared_ptr<std::atomic<size_t>> missing_;
  std::shared_ptr<std::promise<void>> all_ = std::make_shared<std::promise<void>>();
};

}  // namespace restanza::host
