// SPDX-License-Identifier: MIT
// Whether an endpoint answers: one line in the log when it goes away and one when it is back, not one for
// each stanza; and of an endpoint that comes and goes all the time not all of them. Any thread.
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "webhook/outcome.h"

namespace restanza::webhook {

class Health {
 public:
  static constexpr int kBurst = 10;                  // lines at once
  static constexpr std::chrono::seconds kQuiet{10};  // for one line more

  // `origin` names the endpoint in the log, which outlives this, as does the clock.
  Health(std::string origin, const Clock& clock, Log& log)
      : origin_(std::move(origin)), clock_(clock), log_(log) {}

  void note(const Outcome& outcome);

 private:
  bool turned(bool failing);  // and it may be said

  const std::string origin_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  bool failing_ = false;
  int left_ = kBurst;
  Instant counted_{};
};

}  // namespace restanza::webhook
