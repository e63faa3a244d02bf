// SPDX-License-Identifier: MIT
// Whether an endpoint answers: one line in the log when it goes away and one when it is back, not one for
// each stanza; and of an endpoint that comes and goes all the time not all of them. An endpoint that has not
// answered since the start is not up yet, which is no error. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "subscription/verdict.h"

namespace restanza::subscription {

class Health {
 public:
  static constexpr int kBurst = 10;                  // lines at once
  static constexpr std::chrono::seconds kQuiet{10};  // for one line more

  // `endpoint` is its name in the log. `waiting` says how many stanzas wait for it; it is called without a
  // lock held. Clock and log outlive this.
  Health(std::string endpoint, std::function<size_t()> waiting, const Clock& clock, Log& log)
      : endpoint_(std::move(endpoint)), waiting_(std::move(waiting)), clock_(clock), log_(log) {}

  // `detail`, for people, says why there is no connection.
  void note(End end, const std::string& detail = {});

 private:
  struct Transition {
    bool said = false;         // there is something to say
    bool first = false;        // the endpoint has never answered
    Instant::duration away{};  // how long it was away, where it is back
  };
  Transition transition(bool failing);

  const std::string endpoint_;
  const std::function<size_t()> waiting_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  bool failing_ = false;
  bool has_answered_ = false;
  Instant since_{};  // while failing
  int left_ = kBurst;
  Instant counted_{};
};

}  // namespace restanza::subscription
