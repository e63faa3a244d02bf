// SPDX-License-Identifier: MIT
// A callback that keeps what it is given, in the test's hands.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "rest/access/authentication_callback.h"

namespace restanza::rest {

class Told final : public AuthenticationCallback {
 public:
  void tell(Result<Caller, Refusal> result) override {
    outcome = std::move(result);
    ++times;
  }
  void park(std::function<void()> left) override {
    ++parked;
    gone = std::move(left);
    if (leaves) gone();
  }

  int status() const { return !outcome ? 0 : *outcome ? 200 : outcome->error().status; }  // 0: it waits

  std::optional<Result<Caller, Refusal>> outcome;
  std::function<void()> gone;
  int times = 0;
  int parked = 0;
  bool leaves = false;  // as soon as it is to wait
};

}  // namespace restanza::rest
