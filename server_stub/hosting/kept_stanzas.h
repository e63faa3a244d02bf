// SPDX-License-Identifier: MIT
// Stanzas that a hook keeps: it has taken them, and says later what became of them (XP_KEEPING). Each is
// offered with a number, under which it waits here. Any thread; nothing runs with the lock held.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "xp.h"

namespace restanza::host {

class KeptStanzas {
 public:
  using Id = uint64_t;
  using Then = std::function<void(int32_t verdict)>;  // what follows; belongs on the link's thread

  static constexpr size_t kMax = 10000;                // also those that a hook is being asked about
  static constexpr std::chrono::seconds kLongest{30};  // since it was offered; then it is refused

  // For a stanza that is about to be offered; 0: kMax have a number already, and this one cannot be kept.
  Id open(Instant now, Then then);
  // The hook has returned, and does not keep it.
  void close(Id id);
  // The hook has returned, and keeps it; an id of `open` that was not closed. The verdict where it has come
  // by then: what follows is the caller's.
  std::optional<int32_t> hold(Id id);

  // As settle_stanza returns. With XP_OK `then` is to be run, or it is empty: the hook has not returned yet.
  xp_status settle(Id id, int32_t verdict, Then& then);

  // What follows for one that waits since kLongest, or for any where `now` is absent; empty: there is none.
  Then take(std::optional<Instant> now);

 private:
  struct Kept {
    Then then;
    Instant until;
    bool held = false;
    std::optional<int32_t> verdict = std::nullopt;
  };

  std::mutex mutex_;
  std::map<Id, Kept> kept_;  // those that were offered first come first
  Id last_ = 0;
};

}  // namespace restanza::host
