// SPDX-License-Identifier: MIT
// How many of an endpoint's requests at once may be of conversations that fail, or of which nobody knows that
// they are answered quickly: so that those which are answered quickly always find one that is free, or soon
// will be. A plain value, not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "subscription/standings.h"

namespace restanza::subscription {

class Shares {
 public:
  // One of so many requests at once, or of more, is kept free for quick conversations. Where there are fewer,
  // that would take too much from the others.
  static constexpr size_t kFewest = 4;

  explicit Shares(size_t at_once)
      : divided_(at_once >= kFewest),
        failing_(std::max<size_t>(at_once / 2, 1)),
        others_(divided_ ? at_once - 1 : at_once) {}

  // Whether one more of this standing may begin, as far as others have a part in it.
  bool has_room(Standing standing) const {
    const size_t open = taken(Standing::open), failing = taken(Standing::failing);
    if (standing == Standing::failing && failing >= failing_) return false;
    return standing == Standing::quick || open + failing < others_;
  }
  // Whether the next one that is not quick would be the last for which there is room. It is for the newest
  // conversation: whoever comes while many wait in vain would stand behind all of them.
  bool only_one_left() const {
    return divided_ && taken(Standing::open) + taken(Standing::failing) + 1 >= others_;
  }
  void take(Standing standing) { ++taken_[static_cast<size_t>(standing)]; }
  void give_back(Standing standing) { --taken_[static_cast<size_t>(standing)]; }

 private:
  size_t taken(Standing standing) const { return taken_[static_cast<size_t>(standing)]; }

  bool divided_;
  size_t failing_;  // requests at once that may be of conversations that fail
  size_t others_;   // and of all that are not quick
  std::array<size_t, kStandings.size()> taken_{};
};

}  // namespace restanza::subscription
