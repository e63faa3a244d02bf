// SPDX-License-Identifier: MIT
// Whoever waits to be told who a request's credentials belong to. Any thread, one call at a time.
#pragma once

#include <functional>

#include "base/result.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

class Asker {
 public:
  virtual ~Asker() = default;

  // Comes once and last, at once or later. Whoever is dropped instead has nobody left to tell.
  virtual void tell(Result<Caller, Refusal> outcome) = 0;

  // Before a refusal that is told late: what that does not need may go. `gone` is to be called, at most once,
  // when the client leaves.
  virtual void park(std::function<void()> gone) = 0;
};

}  // namespace restanza::rest
