// SPDX-License-Identifier: MIT
// Memory is short once while a delivery becomes a dead letter, or comes back to life, at each allocation in
// turn: none is lost, each sender is told, and no place in the queue stays taken.
#include "support/catch.h"
#include "unit/memory/scarce_world.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

struct ScarceReplay : ScarceWorld {
  ScarceReplay() {
    r.settings[0].max_queued = 3;  // a place that is not given back shows soon
    r.start();
  }

  bool arrived(const std::string& id) { return asked_of(id) > 0; }
  // What the journal was asked for until now is done.
  void settle() {
    Door done;
    r.journal->flush([&] { done.open(); });
    REQUIRE(done.pass());
  }
  std::vector<journal::Delivery> kept(journal::State state) {
    journal::Filter filter;
    filter.state = state;
    return r.kept(filter);
  }

  // It waits for a day, and longer.
  void give_for_a_day(const std::string& id) {
    r.dispatcher->pause("default");
    r.give(message(user(1), id));
    settle();
    r.fake.advance(subscription::kLifetime + 1s);
  }
  void deliver(const std::string& id) {
    r.dispatcher->resume("default");
    r.give(message(user(2), id));
    REQUIRE(pass_time([&] { return arrived(id); }));
    REQUIRE(pass_time([&] { return kept(journal::State::waiting).empty(); }));
    REQUIRE(pass_time(
        [&] { return r.dispatcher->report()[0].waiting == 0; }));  // after its thread has done with it
  }

  // Whether it was told how the replay ended; where it was not, whoever waits learns so.
  template <class Replay>
  bool replay(Replay how) {
    auto told = std::make_shared<std::atomic<bool>>(false);
    try {
      const NotSpared plugins;
      how([told](const auto& done) { *told = bool(done); });
    } catch (const std::bad_alloc&) {
    }
    while (told.use_count() > 1) std::this_thread::yield();
    return *told;
  }
  // `how` replays all dead letters; there is one.
  template <class Replay>
  void play(Replay how) {
    for (long n = 0;; ++n) {
      CAPTURE(n);
      REQUIRE(n < kMostAllocations);
      const std::string id = "scarce" + std::to_string(n);
      give_for_a_day(id);
      REQUIRE(pass_time([&] { return told(id) != 0; }));
      settle();
      r.dispatcher->resume("default");
      ScarceMemory::fail_at(n);
      const bool done = replay(how);
      const bool revived = done && pass_time([&] { return arrived(id); });
      const bool failed = ScarceMemory::end();
      CAPTURE(r.log.lines.now());
      CHECK(revived == done);
      // One that has not come back to life still can.
      if (!kept(journal::State::dead).empty()) REQUIRE(replay(how));
      REQUIRE(pass_time([&] { return arrived(id); }));
      deliver("next" + std::to_string(n));
      if (!failed) break;
    }
  }
};

}  // namespace

TEST_CASE("at each allocation of giving up what has expired memory may be short once") {
  ScarceReplay s;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    const std::string id = "scarce" + std::to_string(n);
    s.give_for_a_day(id);
    ScarceMemory::fail_at(n);
    const bool ended = s.pass_time([&] { return s.told(id) != 0; });
    s.settle();
    const bool failed = ScarceMemory::end();
    CAPTURE(s.r.log.lines.now());
    REQUIRE(ended);
    CHECK(s.told(id) == 1);
    const auto dead = s.kept(journal::State::dead);
    REQUIRE_FALSE(dead.empty());
    CHECK(dead.back().stanza->id == id);
    s.deliver("next" + std::to_string(n));
    if (!failed) break;
  }
}

TEST_CASE("the same for the replay of one dead letter") {
  ScarceReplay s;
  s.play([&](auto told) {
    std::string id;
    {
      const Spared test;
      id = s.kept(journal::State::dead).at(0).id;
    }
    s.r.kept_deliveries->replay(id, told);
  });
}

TEST_CASE("the same for the replay of all of them") {
  ScarceReplay s;
  s.play([&](auto told) { s.r.kept_deliveries->replay(journal::Filter(), told); });
}
