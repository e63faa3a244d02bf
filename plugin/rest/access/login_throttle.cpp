// SPDX-License-Identifier: MIT
#include "rest/access/login_throttle.h"

namespace restanza::rest {

bool LoginThrottle::may_try(const http::Request& request, const Attempt& attempt,
                            const std::shared_ptr<AuthenticationCallback>& callback) const {
  const auto wait = failed_.wait(attempt);
  if (wait == wait.zero()) return true;
  refuse_locked(request, attempt, wait, callback);
  return false;
}

bool LoginThrottle::passes(const http::Request& request, const Attempt& attempt, const char* why,
                           const std::shared_ptr<AuthenticationCallback>& callback) const {
  const auto verdict = failed_.judge(attempt, why == nullptr);
  if (verdict.locked > verdict.locked.zero()) {
    refuse_locked(request, attempt, verdict.locked, callback);
    return false;
  }
  if (!why) return true;
  audit_.refused(request, shown(attempt), why);
  if (verdict.late == verdict.late.zero()) {
    callback->tell(settings_.wrong);
  } else {
    late_.add(verdict.late, settings_.wrong, callback);
  }
  return false;
}

void LoginThrottle::refuse_locked(const http::Request& request, const Attempt& attempt,
                                  FailedLogins::Wait wait,
                                  const std::shared_ptr<AuthenticationCallback>& callback) const {
  audit_.refused(request, shown(attempt), "not checked: the answer to a failure before is still to come");
  callback->tell(refused::too_often("Too many failed logins", wait));
}

// People type a password where the name belongs, and programs send a token there with no password behind it.
// What can be a secret as far as we know is not shown.
std::string LoginThrottle::shown(const Attempt& attempt) const {
  if (attempt.secret.empty()) return "(a name without a password)";
  if (settings_.is_secret(attempt.name)) return "(a secret in the name's place)";
  return std::string(attempt.name);
}

}  // namespace restanza::rest
