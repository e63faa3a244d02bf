// SPDX-License-Identifier: MIT
// Whether the wall clock, by which what is stored is dated, keeps pace with the time that passes. Where it
// has jumped, the dates of before are moved with it, so that every age goes on from what it was; and for a
// while nothing is forgotten for its age, because a clock that has jumped may jump again. The journal's
// thread only; clock and log outlive this. Internal to this folder.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "journal/change.h"

namespace restanza::journal {

class Dates {
 public:
  static constexpr std::chrono::hours kJump{1};  // more than this, between two looks, is a jump
  static constexpr std::chrono::hours kPurgesWait{24};

  Dates(const Clock& clock, Log& log);

  // What is to be done to the dates that are stored; absent where the clock has kept pace.
  std::optional<Redated> look();

  bool purges_wait() const;

  // A date that somebody took from the clock, and that may be from before the latest jump. Only a jump ahead
  // tells: a date that is left as it was after one back makes its delivery younger, and so keeps it longer.
  WallTime corrected(WallTime date) const;

 private:
  void say(WallTime::duration jump) const;

  const Clock& clock_;
  Log& log_;
  Instant seen_;
  WallTime wall_;                // then
  WallTime begin_;               // of this run, by the wall clock as it is now
  WallTime::duration ahead_{0};  // how far dates of earlier runs have been moved
  std::optional<Instant> jumped_;
  Redated latest_;
};

// The date as the change makes it.
WallTime redated(WallTime date, const Redated& change);

}  // namespace restanza::journal
