// SPDX-License-Identifier: MIT
// Lanes of which a part goes to another process, or comes from one.
#include <future>

#include "unit/subscription/laned.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

struct Shared : Laned {
  static std::string lane(const std::string& id) { return id.substr(0, 1) + std::string(1, '\0') + "bot"; }
  static journal::Buckets of(const std::string& id) {
    journal::Buckets one;
    one.set(journal::bucket_of_conversation(id.substr(0, 1), "bot"));
    return one;
  }
  void push(const std::string& id) { REQUIRE(lanes.push(lane(id), item(id))); }
  bool insert(const std::string& id, journal::Seq its_seq) {
    Item one = item(id);
    one.seq = its_seq;
    return lanes.insert(lane(id), std::move(one));
  }
};

}  // namespace

TEST_CASE("of what is held nothing begins, whatever it did before, until it is held no longer") {
  Shared s;
  for (const char* id : {"a1", "b1", "c1"}) s.push(id);
  s.fail(s.next(), 1h);           // a backs off
  const auto at_work = s.next();  // b is at work
  s.lanes.hold(Shared::of("a") | Shared::of("b"));
  for (const char* id : {"a2", "b2", "c2"}) s.push(id);
  CHECK(s.lanes.busy() == Shared::of("b"));
  CHECK(s.order(2) == "c1 c2 ");
  auto next = std::async(std::launch::async, [&] { return s.lanes.next(1); });
  s.lanes.hold(Shared::of("b"));
  s.lanes.try_now();
  const auto again = next.get();
  REQUIRE(again);
  CHECK(again->item().id == "a1");
}

TEST_CASE("what is held and goes on goes on where it was") {
  Shared s;
  s.push("a1");
  s.push("a2");
  auto first = s.next();
  s.lanes.hold(Shared::of("a"));
  s.finish(std::move(first));
  CHECK(s.lanes.busy().none());
  auto next = std::async(std::launch::async, [&] { return s.lanes.next(1); });
  s.lanes.hold({});
  const auto second = next.get();
  REQUIRE(second);
  CHECK(second->item().id == "a2");
}

TEST_CASE("what is dropped is gone, and nothing of the others") {
  Shared s;
  for (const char* id : {"a1", "a2", "b1", "c1"}) s.push(id);
  s.fail(s.next(), 1h);  // a backs off, with what it has
  CHECK(s.lanes.drop(Shared::of("a") | Shared::of("c")) == 3);
  CHECK(s.lanes.snapshot().waiting == 1);
  CHECK(s.order(1) == "b1 ");
  s.push("a3");
  CHECK(s.order(1) == "a3 ");
}

TEST_CASE("what is dropped at work leaves when it comes back, unless it came again before") {
  Shared s;
  const bool again = GENERATE(false, true);
  s.push("a1");
  auto work = s.next();
  const journal::Seq seq = work.item().seq;
  CHECK(s.lanes.drop(Shared::of("a")) == 0);
  if (again) CHECK_FALSE(s.insert("a1", seq));
  s.fail(std::move(work), 0s);
  auto back = s.next();
  CHECK(back.item().id == "a1");
  CHECK(back.item().withdrawn == !again);
}

TEST_CASE("what is not kept is this process's, wherever its conversation belongs") {
  Shared s;
  Item iq = s.item("a1");
  iq.seq = 0;
  REQUIRE(s.lanes.push(Shared::lane("a"), std::move(iq)));
  CHECK(s.lanes.drop(Shared::of("a")) == 0);
  CHECK(s.order(1) == "a1 ");
}

TEST_CASE("one that comes from another process wakes whoever waits for work") {
  Shared s;
  auto next = std::async(std::launch::async, [&] { return s.lanes.next(1); });
  CHECK(s.insert("a1", 7));
  const auto work = next.get();
  REQUIRE(work);
  CHECK(work->item().seq == 7);
}
