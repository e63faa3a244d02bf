// SPDX-License-Identifier: MIT
// Dates that are stored, while somebody sets the wall clock.
#include "journal/dates.h"

#include "journal/pending_changes.h"
#include "running.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::hours kTwoWeeks{14 * 24};

struct Looked {
  FakeClock clock;
  Lines log;
  Dates dates{clock, log};
};

// A dead letter of now.
Delivery dead_letter(Running& running, const std::string& body) {
  Delivery delivery = running.take(entry(body)).at(0);
  delivery.changed = running.clock.wall();
  running.journal.note_dead(delivery);
  REQUIRE(running.listed().back().state == State::dead);
  return delivery;
}

}  // namespace

TEST_CASE("a clock that is off by an hour keeps pace, and one that is off by more has jumped") {
  const int sign = GENERATE(1, -1);
  Looked looked;
  looked.clock.advance(100h);
  CHECK_FALSE(looked.dates.look());
  looked.clock.step_wall(sign * 1h);
  CHECK_FALSE(looked.dates.look());
  CHECK_FALSE(looked.dates.purges_wait());
  CHECK(looked.log.of(Level::warn).empty());
  looked.clock.step_wall(sign * (1h + 1ms));
  const auto redated = looked.dates.look();
  REQUIRE(redated);
  CHECK(redated->by == sign * (1h + 1ms));
  CHECK_THAT(looked.log.of(Level::warn),
             Contains(std::string("has jumped ") + (sign > 0 ? "ahead" : "back") + " by 1 h"));
  CHECK_FALSE(looked.dates.look());  // once
  looked.clock.advance(24h - 1ms);
  CHECK(looked.dates.purges_wait());
  looked.clock.advance(1ms);
  CHECK_FALSE(looked.dates.purges_wait());
}

TEST_CASE("dates of this run go with the clock, and those of before it only where that makes them younger") {
  Looked looked;
  const WallTime before = looked.clock.wall() - 50h;
  looked.clock.advance(10h);
  const WallTime latest = looked.clock.wall();
  looked.clock.step_wall(-48h);
  const auto back = looked.dates.look();
  REQUIRE(back);
  CHECK(redated(latest, *back) == latest - 48h);
  CHECK(redated(latest + 1h, *back) == latest + 1h);  // from the future already
  CHECK(redated(before, *back) == before);
  looked.clock.step_wall(kTwoWeeks);
  const auto ahead = looked.dates.look();
  REQUIRE(ahead);
  CHECK(redated(before, *ahead) == before + kTwoWeeks);
  looked.clock.step_wall(-3 * kTwoWeeks);
  const auto again = looked.dates.look();
  REQUIRE(again);
  CHECK(redated(before + kTwoWeeks, *again) == before);  // as far as it was moved ahead, and no further
}

TEST_CASE("a date that was taken before a jump ahead is moved along when it comes late") {
  Looked looked;
  const WallTime taken = looked.clock.wall();
  CHECK(looked.dates.corrected(taken) == taken);
  looked.clock.step_wall(kTwoWeeks);
  REQUIRE(looked.dates.look());
  CHECK(looked.dates.corrected(taken) == taken + kTwoWeeks);
  CHECK(looked.dates.corrected(looked.clock.wall()) == looked.clock.wall());
  looked.clock.step_wall(-kTwoWeeks);
  REQUIRE(looked.dates.look());
  CHECK(looked.dates.corrected(looked.clock.wall()) == looked.clock.wall());
}

TEST_CASE("a jump that cannot be written yet waits before all other changes, and moves their dates") {
  PendingChanges pending;
  const WallTime base = FakeClock().wall();
  Noted noted;
  noted.seq = 1;
  noted.changed = base;
  pending.add(Change(noted));
  pending.add(Change(Redated{base, base, 2h, 1h}));
  pending.add(Change(Redated{base + 2h, base + 2h, 3h, 1h}));
  CHECK(pending.size() == 2);
  std::vector<Write> writes;
  pending.append_to(writes);
  REQUIRE(writes.size() == 2);
  const auto& all = std::get<Redated>(*std::get<const Change*>(writes[0]));
  CHECK((all.begin == base && all.until == base && all.by == 5h && all.earlier_by == 2h));
  CHECK(std::get<Noted>(*std::get<const Change*>(writes[1])).changed == base + 5h);
  pending.clear();
  CHECK(pending.empty());
}

TEST_CASE("two weeks that the clock jumps ahead make nothing old, on the disk as well, and the log says it") {
  const Directory directory;
  WallTime died;
  {
    Running running(directory.path);
    dead_letter(running, "earlier");
    running.clock.advance(2h);
    dead_letter(running, "dead");
    running.take(entry("waiting"));
    running.clock.step_wall(kTwoWeeks);
    running.journal.forget_dead(running.clock.wall() - kTwoWeeks);
    const auto listed = running.listed();
    REQUIRE(listed.size() == 3);
    CHECK(listed[0].changed == running.clock.wall() - 2h);
    CHECK(listed[0].accepted == running.clock.wall() - 2h);
    died = listed[1].changed;
    CHECK(died == running.clock.wall());
    CHECK(listed[2].accepted == running.clock.wall());
    CHECK_THAT(running.log.of(Level::warn), Contains("has jumped ahead by 336 h"));
  }
  const auto listed = Running(directory.path).listed();
  REQUIRE(listed.size() == 3);
  CHECK(listed[1].changed == died);
}

TEST_CASE("for a day after a jump nothing is forgotten, and after it what is old is") {
  const Directory directory;
  Running running(directory.path);
  running.clock.advance(kTwoWeeks);
  dead_letter(running, "dead");
  running.answer<Claim>([&](auto then) { running.journal.claim_key("key", "print", "component", then); });
  const auto forget = [&] {
    running.journal.forget_dead(running.clock.wall() - kTwoWeeks);
    const auto forgotten =
        running.asked<void>([&](auto then) { running.journal.forget_old_keys(then); })->wait();
    CHECK(forgotten);
    return running.listed().empty();
  };
  running.clock.advance(kTwoWeeks - 12h);
  running.clock.step_wall(GENERATE(2h, -2h));
  CHECK_FALSE(forget());
  running.clock.advance(24h - 1ms);
  CHECK_FALSE(forget());  // it is older than two weeks by now
  running.clock.advance(2ms);
  CHECK(forget());
  const auto claim =
      running.answer<Claim>([&](auto then) { running.journal.claim_key("key", "print", "component", then); });
  CHECK(claim.kind == Claim::Kind::ours);
}
