// SPDX-License-Identifier: MIT
// Lanes with what they need around them, by a clock that the test moves.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "subscription/lanes.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "unit/subscription/attempts.h"

namespace restanza::subscription {

struct Laned {
  FakeClock clock;
  Timer timer{clock};
  Lanes lanes;
  journal::Seq seq = 0;

  explicit Laned(size_t at_once = SIZE_MAX) : lanes(Gate(1000, true), at_once, timer, clock) {}

  // A kept item whose lane is its id's first letter.
  void push(const std::string& id) { REQUIRE(lanes.push(id.substr(0, 1), item(id))); }
  bool push_unkept(const std::string& id) {
    Item one = item(id);
    one.seq = 0;
    return lanes.push(id.substr(0, 1), std::move(one));
  }
  Item item(const std::string& id, size_t size = 10) {
    Item one;
    one.seq = ++seq;
    one.id = id;
    one.accepted = clock.now();
    xmpp::Stanza stanza;
    stanza.xml.assign(size, 'x');
    one.stanza = std::make_shared<const xmpp::Stanza>(std::move(stanza));
    return one;
  }
  Lanes::Work next() {
    auto work = lanes.next(1);
    REQUIRE(work);
    return std::move(*work);
  }
  void finish(Lanes::Work work, const Ended& how = kDelivered) {
    lanes.ended(work, how, 0.5);
    lanes.done(std::move(work));
  }
  // True: that was the item's own fault.
  bool fail(Lanes::Work work, std::chrono::milliseconds wait, const Ended& how = kFailed) {
    const bool own = lanes.ended(work, how, 0.5);
    lanes.put_back(std::move(work), clock.now() + wait);
    return own;
  }
  std::string order(size_t count) {
    std::string ids;
    for (size_t i = 0; i < count; ++i) {
      auto work = next();
      ids += work.item().id + " ";
      finish(std::move(work));
    }
    return ids;
  }
  // For when `next` has to wait: it runs on another thread, and the timer rings it once its alarm is set.
  Lanes::Work next_after(std::chrono::milliseconds wait) {
    auto later = std::async(std::launch::async, [this] { return lanes.next(1); });
    clock.advance(wait);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (later.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      timer.run_due();
      if (std::chrono::steady_clock::now() > deadline) {
        lanes.close();
        FAIL("nothing became ready");
      }
    }
    auto work = later.get();
    REQUIRE(work);
    return std::move(*work);
  }
};

}  // namespace restanza::subscription
