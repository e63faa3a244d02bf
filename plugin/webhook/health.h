// SPDX-License-Identifier: MIT
// Whether an endpoint answers: one line in the log when it goes away and one when it is back, not one for
// each stanza. Any thread.
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "base/log.h"
#include "webhook/outcome.h"

namespace restanza::webhook {

class Health {
 public:
  // `origin` names the endpoint in the log, which outlives this.
  Health(std::string origin, Log& log) : origin_(std::move(origin)), log_(log) {}

  void note(const Outcome& outcome);

 private:
  const std::string origin_;
  Log& log_;
  std::atomic<bool> failing_{false};
};

}  // namespace restanza::webhook
