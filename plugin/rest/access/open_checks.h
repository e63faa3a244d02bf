// SPDX-License-Identifier: MIT
// Those who wait to be told whether their credentials are good: for the host's verdict on a password, or for
// the end of a delay. Each is told exactly once, by that or by the drain, so that a shutdown waits for no
// verdict and a late one finds nothing to touch. Bounded. Any thread; what is told runs without a lock held.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "rest/access/authentication_callback.h"

namespace restanza::rest {

class OpenChecks {
 public:
  using Id = uint64_t;

  // `full`: the text of the refusal where too many wait already.
  OpenChecks(size_t limit, std::string full) : limit_(limit), full_(std::move(full)) {}

  // Refuses at once, and returns 0, where there are too many or the drain has begun.
  Id open(const std::shared_ptr<AuthenticationCallback>& callback);
  std::shared_ptr<AuthenticationCallback> take(Id id);  // null where it has ended already
  void end(Id id, Result<Caller, Refusal> outcome);

  // Refuses all that are open, and all that come.
  void drain();

 private:
  const size_t limit_;
  const std::string full_;
  std::mutex mutex_;
  std::unordered_map<Id, std::shared_ptr<AuthenticationCallback>> open_;
  Id last_ = 0;
  bool drained_ = false;
};

}  // namespace restanza::rest
