// SPDX-License-Identifier: MIT
// Refusals that are told after a delay, so that guessing is slow. What waits is told when the timer says so
// or by the drain, and dropped when the client leaves; no thread waits with it. Bounded. Any thread. The
// timer must outlive it; the timer's work finds nothing to touch once this is gone.
#pragma once

#include <chrono>
#include <memory>

#include "base/timer.h"
#include "rest/access/open_checks.h"

namespace restanza::rest {

class LateRefusals {
 public:
  // Past it the refusal is another one, and comes at once: 503. The next guess has to wait all the same.
  static constexpr size_t kLimit = 1000;

  explicit LateRefusals(Timer& timer) : timer_(timer) {}

  void add(std::chrono::milliseconds late, const Refusal& refusal,
           const std::shared_ptr<AuthenticationCallback>& callback);
  void drain() { waiting_->drain(); }

 private:
  Timer& timer_;
  const std::shared_ptr<OpenChecks> waiting_ =
      std::make_shared<OpenChecks>(kLimit, "Too many failed logins are waiting");
};

}  // namespace restanza::rest
