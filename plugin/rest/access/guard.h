// SPDX-License-Identifier: MIT
// What stands between a check of credentials and the telling of its outcome: bad ones are written down, and
// who tries many is told late. Any thread, never blocks. Clock, timer and log must outlive it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "http/request.h"
#include "rest/access/audit.h"
#include "rest/access/failed_logins.h"
#include "rest/access/late_refusals.h"

namespace restanza::rest {

class Guard {
 public:
  struct Settings {
    std::string prefix;  // stands before each path
    std::function<bool(std::string_view)> is_secret;
    Refusal wrong;  // what bad credentials get
  };

  Guard(Settings settings, const Clock& clock, Timer& timer, Log& log)
      : settings_(std::move(settings)),
        failed_(clock),
        audit_(settings_.prefix, clock, timer, log),
        late_(timer) {}

  // Whether the attempt may be checked; otherwise the asker has been told.
  bool may_try(const http::Request& request, const Attempt& attempt,
               const std::shared_ptr<Asker>& asker) const;

  // Whether the outcome of a check is good and may be told; otherwise the asker has been told, or will be.
  // `why` is null where the attempt is right.
  bool passes(const http::Request& request, const Attempt& attempt, const char* why,
              const std::shared_ptr<Asker>& asker) const;

  const Audit& audit() const { return audit_; }
  void drain() const { late_.drain(); }

 private:
  void refuse_locked(const http::Request& request, const Attempt& attempt, FailedLogins::Wait wait,
                     const std::shared_ptr<Asker>& asker) const;
  std::string shown(const Attempt& attempt) const;

  const Settings settings_;
  mutable FailedLogins failed_;
  const Audit audit_;
  mutable LateRefusals late_;
};

}  // namespace restanza::rest
