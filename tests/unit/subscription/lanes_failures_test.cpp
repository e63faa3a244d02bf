// SPDX-License-Identifier: MIT
// Which failures are the delivery's own, and count against it.
#include "unit/subscription/laned.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

// Conversation b is answered with success whenever it is asked.
struct Beside : Laned {
  int delivered = 0;

  void deliver_beside() {
    const std::string id = "b" + std::to_string(++delivered);
    push(id);
    auto work = next_now();
    REQUIRE(work.item().id == id);
    finish(std::move(work));
  }
  // After what a backlog has to wait for its pace.
  Lanes::Work next_now() {
    clock.advance(1s);
    return next();
  }
  // The next fails, to be tried again after `wait`. True: that was its own fault.
  bool fail_next(const std::string& id, const Ended& how = kFailed, std::chrono::milliseconds wait = 1s) {
    auto work = next_now();
    REQUIRE(work.item().id == id);
    return fail(std::move(work), wait, how);
  }
};

}  // namespace

TEST_CASE("a failure counts where the endpoint has answered another conversation since the one before") {
  Beside l;
  l.deliver_beside();
  l.push("a1");
  for (uint32_t failures = 0; failures < 2 * kMaxFailures; ++failures) {
    auto work = l.next_now();
    REQUIRE(work.item().id == "a1");
    CHECK(l.lanes.ended(work, kFailed, 0.5));
    CHECK(work.item().failures == failures);  // and this one, as long as nothing else shows
    l.lanes.put_back(std::move(work), l.clock.now() + 1s);
    l.deliver_beside();
    l.clock.advance(1s);
  }
}

TEST_CASE("no failure counts while the endpoint answers nobody else") {
  Beside l;
  const bool own_success = GENERATE(false, true);
  if (own_success) {
    l.push("a0");
    l.finish(l.next());
  }
  l.push("a1");
  for (int failed = 0; failed < 50; ++failed) {
    CHECK_FALSE(l.fail_next("a1"));
    l.clock.advance(1s);
  }
  CHECK(l.next_now().item().failures == 0);
}

TEST_CASE("one success of another conversation is good for one failure") {
  Beside l;
  l.deliver_beside();
  l.push("a1");
  CHECK(l.fail_next("a1"));
  l.clock.advance(1s);
  CHECK_FALSE(l.fail_next("a1"));
  l.clock.advance(1s);
  CHECK(l.next_now().item().failures == 0);
}

TEST_CASE("a success says something for five minutes, and not for longer") {
  const bool over = GENERATE(false, true);
  Laned l;
  l.push("b1");
  l.finish(l.next());
  l.push("a1");
  l.clock.advance(kRecently - (over ? 0ms : 1ms));
  CHECK(l.fail(l.next(), 1s) == !over);
}

TEST_CASE("outages count against nobody, however many there are and whom they meet first") {
  Beside l;
  l.deliver_beside();
  for (const char* id : {"a1", "c1", "d1"}) l.push(id);
  for (uint32_t outage = 0; outage < 2 * kMaxFailures; ++outage) {
    CAPTURE(outage);
    auto first = l.next_now();
    REQUIRE(first.item().id == "a1");
    CHECK(l.lanes.ended(first, kSilent, 0.5));  // nobody knows yet that this is not its own fault
    CHECK(first.item().failures == 0);
    l.lanes.put_back(std::move(first), l.clock.now() + 1h);
    CHECK(l.fail_next("c1", kSilent, 1h));
    CHECK_FALSE(l.fail_next("d1", kSilent, 1h));  // now it is found to be away
    REQUIRE_FALSE(l.lanes.snapshot().answering);
    l.clock.advance(1s);
    l.deliver_beside();
    REQUIRE(l.lanes.snapshot().answering);
  }
}
