// SPDX-License-Identifier: MIT
#include "journal/dates.h"

#include <algorithm>
#include <string>

#include "base/guarded.h"

namespace restanza::journal {

using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::milliseconds;

Dates::Dates(const Clock& clock, Log& log)
    : clock_(clock), log_(log), seen_(clock.now()), wall_(clock.wall()), begin_(floor<milliseconds>(wall_)) {}

// Dates of earlier runs are moved ahead with the clock, and back again as far as they have been moved ahead.
// Where the clock was wrong from the start and is set back, they were right all the time.
std::optional<Redated> Dates::look() {
  const Instant now = clock_.now();
  const WallTime wall = clock_.wall();
  const WallTime expected = wall_ + duration_cast<WallTime::duration>(now - seen_);
  const WallTime::duration jump = wall - expected;
  seen_ = now;
  wall_ = wall;
  if (jump <= kJump && jump >= -kJump) return std::nullopt;
  const WallTime::duration earlier = std::max(jump, -ahead_);
  latest_ = {begin_, expected, jump, earlier};
  ahead_ += earlier;
  begin_ = floor<milliseconds>(begin_ + jump);
  jumped_ = now;
  guarded(log_, "saying that the clock has jumped", [&] { say(jump); });
  return latest_;
}

bool Dates::purges_wait() const {
  return jumped_ && clock_.now() - *jumped_ < kPurgesWait;
}

WallTime Dates::corrected(WallTime date) const {
  return latest_.by > WallTime::duration(0) ? redated(date, latest_) : date;
}

void Dates::say(WallTime::duration jump) const {
  const bool ahead = jump > WallTime::duration(0);
  const auto hours = std::chrono::round<std::chrono::hours>(ahead ? jump : -jump).count();
  log_.warn("The wall clock has jumped " + std::string(ahead ? "ahead" : "back") + " by " +
            std::to_string(hours) +
            " h, measured by the clock that only runs: ages are counted without it, and for a day nothing is "
            "forgotten for its age");
}

WallTime redated(WallTime date, const Redated& change) {
  if (date < change.begin) return date + change.earlier_by;
  return date <= change.until ? date + change.by : date;
}

}  // namespace restanza::journal
