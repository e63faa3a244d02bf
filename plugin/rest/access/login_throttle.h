// SPDX-License-Identifier: MIT
// Slows down the guessing of credentials: stands between a check of credentials and the answer, logs bad
// ones, and delays the answer to a client that has failed often. Any thread, never blocks. Clock, timer and
// log must outlive it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "http/request.h"
#include "login/failed_logins.h"
#include "rest/access/account_name.h"
#include "rest/access/audit.h"
#include "rest/access/late_refusals.h"

namespace restanza::rest {

class LoginThrottle {
 public:
  struct Settings {
    std::string prefix;  // stands before each path
    std::function<bool(std::string_view)> is_secret;
    Refusal wrong;  // what bad credentials get
  };

  LoginThrottle(Settings settings, const Clock& clock, Timer& timer, Log& log)
      : settings_(std::move(settings)),
        failed_(clock, account_of),
        audit_(settings_.prefix, clock, timer, log),
        late_(timer) {}

  // Whether the attempt may be checked now; otherwise the callback was given a refusal.
  bool may_try(const http::Request& request, const Attempt& attempt,
               const std::shared_ptr<AuthenticationCallback>& callback) const;

  // Whether the attempt is right and its answer may be given now; otherwise the callback was given a refusal,
  // or will be after the delay. `why`: what is wrong with the attempt, for the log; null where it is right.
  bool passes(const http::Request& request, const Attempt& attempt, const char* why,
              const std::shared_ptr<AuthenticationCallback>& callback) const;

  const Audit& audit() const { return audit_; }
  void drain() const { late_.drain(); }

 private:
  void refuse_locked(const http::Request& request, const Attempt& attempt, FailedLogins::Wait wait,
                     const std::shared_ptr<AuthenticationCallback>& callback) const;
  std::string shown(const Attempt& attempt) const;

  const Settings settings_;
  mutable FailedLogins failed_;
  const Audit audit_;
  mutable LateRefusals late_;
};

}  // namespace restanza::rest
