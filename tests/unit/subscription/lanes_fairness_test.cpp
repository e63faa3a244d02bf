// SPDX-License-Identifier: MIT
// What conversations that fail, or that take long, leave to the others.
#include <vector>

#include "unit/subscription/laned.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

// Beside a conversation "h" that is answered at once.
struct Hostages : Laned {
  int healthy = 0;
  std::vector<Lanes::Work> held;

  explicit Hostages(size_t at_once = 8) : Laned(at_once) { deliver_healthy(); }

  void deliver_healthy() {
    const std::string id = "h" + std::to_string(++healthy);
    push(id);
    auto work = next();
    CHECK(work.item().id == id);
    finish(std::move(work));
  }
  // The next begins, and does not end for now.
  std::string hold_next() {
    held.push_back(next());
    return held.back().item().id;
  }
};

}  // namespace

TEST_CASE("new conversations leave one request to those that are answered at once") {
  Hostages l;
  for (const char* id : {"a1", "b1", "c1", "d1", "e1", "f1", "g1", "i1", "j1"}) l.push(id);
  for (int i = 0; i < 7; ++i) l.hold_next();
  for (int i = 0; i < 20; ++i) l.deliver_healthy();
  l.finish(std::move(l.held[0]));
  l.hold_next();
  l.deliver_healthy();
}

TEST_CASE("of new conversations the first go first, and the last free request is for the newest") {
  Laned l(8);
  for (const char* id : {"a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1"}) l.push(id);
  std::vector<Lanes::Work> held;
  std::string order;
  const auto hold_next = [&] {
    held.push_back(l.next());
    order += held.back().item().id + " ";
  };
  for (int i = 0; i < 7; ++i) hold_next();
  CHECK(order == "a1 b1 c1 d1 e1 f1 i1 ");
  l.push("j1");
  REQUIRE(l.lanes.withdraw("j", "j1"));
  l.push("k1");
  hold_next();
  CHECK(order == "a1 b1 c1 d1 e1 f1 i1 k1 ");
  for (int i = 0; i < 3; ++i) l.fail(std::move(held[static_cast<size_t>(i)]), 1h);
  hold_next();
  CHECK(order == "a1 b1 c1 d1 e1 f1 i1 k1 g1 ");
}

TEST_CASE("conversations that fail have half of the requests at once") {
  Hostages l;
  for (const char* id : {"a1", "b1", "c1", "d1", "e1", "f1"}) {
    l.push(id);
    l.fail(l.next(), 1s, kLate);
  }
  CHECK(l.lanes.snapshot().answering);
  l.clock.advance(1s);
  for (const char* id : {"a1", "b1", "c1", "d1"}) CHECK(l.hold_next() == id);
  l.deliver_healthy();
  l.push("n1");
  CHECK(l.hold_next() == "n1");  // one that nobody knows goes before those, too
  l.deliver_healthy();
  l.fail(std::move(l.held[0]), 0ms, kLate);
  CHECK(l.hold_next() == "e1");
}

TEST_CASE(
    "a conversation that is answered late, or fails once, is no worse than others when it is quick again") {
  Hostages l(1);
  l.push("s1");
  auto slow = l.next();
  l.clock.advance(Standings::kAtOnce + 1ms);
  l.finish(std::move(slow));
  l.push("f1");
  l.fail(l.next(), 0ms);
  l.finish(l.next());
  for (const char* id : {"s2", "f2", "h9"}) l.push(id);
  CHECK(l.order(3) == "s2 f2 h9 ");
}

TEST_CASE("where nobody is answered at once all share alike") {
  Laned l(2);
  for (const char* id : {"a1", "b1"}) l.push(id);
  for (int i = 0; i < 2; ++i) l.fail(l.next(), 0ms);
  auto first = l.next(), second = l.next();
  CHECK(first.item().id == "a1");
  CHECK(second.item().id == "b1");
}

TEST_CASE("a dead endpoint is probed with a conversation that has not failed, where there is one") {
  Laned l;
  for (const char* id : {"a1", "b1", "c1"}) l.push(id);
  for (int i = 0; i < 3; ++i) l.fail(l.next(), 0ms, kSilent);
  REQUIRE_FALSE(l.lanes.snapshot().answering);
  l.clock.advance(1s);
  SECTION("a new one") {
    l.push("d1");
    CHECK(l.next().item().id == "d1");
  }
  SECTION("or else with any") {
    CHECK(l.next().item().id == "a1");
  }
}

TEST_CASE("an endpoint that wants to be spared one conversation is, and gets all others") {
  const Ended spared{Verdict::unavailable, 600s, Concerns::conversation};
  Laned l;
  for (const char* id : {"a1", "a2"}) CHECK(l.push_unkept(id));
  l.finish(l.next(), spared);
  CHECK(l.lanes.snapshot().answering);
  REQUIRE(l.lanes.take_stranded().size() == 1);  // a2
  CHECK_FALSE(l.push_unkept("a3"));
  l.push("a4");
  CHECK(l.push_unkept("b1"));
  CHECK(l.order(1) == "b1 ");
  SECTION("as long as it said") {
    l.clock.advance(600s);
    CHECK(l.order(1) == "a4 ");
  }
  SECTION("until somebody knows better") {
    l.lanes.try_now();
    CHECK(l.order(1) == "a4 ");
    CHECK(l.push_unkept("a5"));
  }
}

TEST_CASE("no endpoint is spared for more than an hour") {
  Laned l;
  l.push_unkept("a1");
  l.finish(l.next(), {Verdict::unavailable, 48h, Concerns::conversation});
  l.clock.advance(kMaxRetryAfter - 1ms);
  CHECK_FALSE(l.push_unkept("a2"));
  l.clock.advance(1ms);
  CHECK(l.push_unkept("a3"));
}

TEST_CASE("whoever wants the endpoint to be tried now need not wait for a probe, nor for what backs off") {
  Laned l;
  for (const char* id : {"a1", "b1", "c1"}) l.push(id);
  for (int i = 0; i < 3; ++i) l.fail(l.next(), 1h, {Verdict::unavailable, 3600s});
  REQUIRE_FALSE(l.lanes.snapshot().answering);
  l.lanes.try_now();
  auto probe = l.next();
  CHECK(probe.probe());
  l.finish(std::move(probe));
  CHECK(l.lanes.snapshot().answering);
}

TEST_CASE("an endpoint that is back does not get those of whom it wants to be spared") {
  Laned l;
  l.push("s1");
  l.fail(l.next(), 1h, {Verdict::unavailable, 3600s, Concerns::conversation});
  for (const char* id : {"a1", "b1"}) l.push(id);
  for (int i = 0; i < 2; ++i) l.fail(l.next(), 1h, kSilent);
  REQUIRE_FALSE(l.lanes.snapshot().answering);
  l.clock.advance(1s);
  l.push("p1");
  l.finish(l.next());
  REQUIRE(l.lanes.snapshot().answering);
  for (const char* id : {"a1", "b1"}) {
    l.clock.advance(100ms);
    CHECK(l.order(1) == id + std::string(" "));
  }
  CHECK(l.lanes.snapshot().waiting == 1);
  l.clock.advance(100ms);
  l.push("q1");
  CHECK(l.order(1) == "q1 ");
}
