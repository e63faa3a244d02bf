// SPDX-License-Identifier: MIT
// How the latest request of each conversation went, also of those that have nothing to send now, and until
// when the endpoint asked to be spared its requests. A table of fixed size: of more conversations some are
// forgotten, and count as new. A plain value, not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace restanza::subscription {

enum class Standing : uint8_t {
  quick,    // it was answered, and at once
  open,     // nobody knows, or it was answered slowly
  failing,  // it was not delivered, and will be tried again
};
inline constexpr std::array kStandings{Standing::quick, Standing::open, Standing::failing};

class Standings {
 public:
  static constexpr size_t kRemembered = 1024;               // conversations
  static constexpr std::chrono::milliseconds kAtOnce{500};  // the longest that a quick one takes
  static constexpr std::chrono::minutes kQuickLately{1};

  // `lane`: a hash of the conversation. `until`: when something of it may be sent again.
  void note(size_t lane, Standing standing, Instant now, Instant until = {}) {
    entry(lane) = {lane, standing, until};
    if (standing == Standing::quick) quick_ = now;
  }
  Standing of(size_t lane) const { return knows(lane) ? entry(lane).standing : Standing::open; }
  Instant spared(size_t lane) const { return knows(lane) ? entry(lane).spared : Instant(); }
  void spare_nobody() {
    for (Entry& each : entries_) each.spared = {};
  }
  void forget() {
    entries_.fill({});
    quick_ = Instant::min();
  }

  // Whether any conversation was answered quickly of late.
  bool has_quick(Instant now) const { return quick_ > now - kQuickLately; }

 private:
  struct Entry {
    size_t lane = 0;
    Standing standing = Standing::open;
    Instant spared{};
  };
  bool knows(size_t lane) const { return entry(lane).lane == lane; }
  Entry& entry(size_t lane) { return entries_[lane % kRemembered]; }
  const Entry& entry(size_t lane) const { return entries_[lane % kRemembered]; }

  std::array<Entry, kRemembered> entries_{};
  Instant quick_ = Instant::min();
};

}  // namespace restanza::subscription
