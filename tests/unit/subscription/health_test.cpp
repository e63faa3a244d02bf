// SPDX-License-Identifier: MIT
#include "subscription/health.h"

#include "support/catch.h"
#include "support/collected.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

constexpr End kHere = End::answered;
constexpr End kAway = End::unreachable;

struct Watched {
  FakeClock clock;
  test::CollectedLog log;
  size_t waiting = 0;
  Health health{"endpoint 'bot'", [this] { return waiting; }, clock, log};
  size_t lines() { return log.lines.now().size(); }
};

}  // namespace

TEST_CASE("only a change is said") {
  Watched w;
  for (int i = 0; i < 3; ++i) w.health.note(kHere);
  CHECK(w.lines() == 0);
  for (int i = 0; i < 3; ++i) w.health.note(kAway);
  w.health.note(End::aborted);
  w.clock.advance(12340ms);
  w.waiting = 3;
  for (int i = 0; i < 3; ++i) w.health.note(kHere);
  const auto said = w.log.lines.now();
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], StartsWith("endpoint 'bot' cannot be reached: "));
  CHECK(said[1] == "endpoint 'bot' answers again, after 12.3 s; 3 stanzas wait for it");
}

TEST_CASE("an endpoint that is not up yet is no error and one line, however many stanzas find nobody") {
  Watched w;
  const std::string refused = "could not connect to 127.0.0.1: Connection refused";
  for (int i = 0; i < 5; ++i) w.health.note(kAway, refused);
  w.clock.advance(4s);
  w.waiting = 1;
  w.health.note(kHere);
  const auto said = w.log.levelled.now();
  REQUIRE(said.size() == 2);
  CHECK(said[0] ==
        std::pair(Level::warn, std::string("endpoint 'bot' cannot be reached yet: could not connect to "
                                           "127.0.0.1: Connection refused; start it, or correct "
                                           "its URL")));
  CHECK(said[1] == std::pair(Level::info,
                             std::string("endpoint 'bot' answers now, after 4.0 s; 1 stanza waits for it")));
}

TEST_CASE("an endpoint that has answered and goes away is an error") {
  Watched w;
  w.health.note(kHere);
  w.health.note(kAway);
  CHECK(w.log.levelled.now().at(0).first == Level::error);
}

TEST_CASE("an endpoint that comes and goes is said as often as the burst, and then once in a while") {
  Watched w;
  for (int i = 0; i < 1000; ++i) w.health.note(i % 2 == 0 ? kAway : kHere);
  CHECK(w.lines() == Health::kBurst);
  w.clock.advance(Health::kQuiet - 1ms);
  w.health.note(kAway);
  w.health.note(kHere);
  CHECK(w.lines() == Health::kBurst);
  w.clock.advance(1ms);
  w.health.note(kAway);
  w.health.note(kHere);
  CHECK(w.lines() == Health::kBurst + 1);
  CHECK_THAT(w.log.lines.now().back(), Contains("cannot be reached"));
}
