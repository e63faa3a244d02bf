// SPDX-License-Identifier: MIT
// What is called when it is known whose credentials a request has, or that it is refused. Any thread, one
// call at a time.
#pragma once

#include <functional>

#include "base/result.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

class AuthenticationCallback {
 public:
  virtual ~AuthenticationCallback() = default;

  // Comes once and last, at once or later; not at all where the client has left before, which drops this.
  virtual void tell(Result<Caller, Refusal> outcome) = 0;

  // Before a refusal that is told late: what that does not need may go. `gone` is to be called, at most once,
  // when the client leaves.
  virtual void park(std::function<void()> gone) = 0;
};

}  // namespace restanza::rest
