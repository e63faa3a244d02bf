// SPDX-License-Identifier: MIT
#include "webhook/health.h"

#include "support/catch.h"
#include "support/fake_clock.h"
#include "unit/webhook/http_endpoint.h"
#include "unit/webhook/outcomes.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

const Outcome kHere = ended(Outcome::End::answered);
const Outcome kAway = ended(Outcome::End::unreachable);

struct Watched {
  FakeClock clock;
  CollectedLog log;
  Health health{"http://h", clock, log};
  size_t lines() { return log.lines.now().size(); }
};

}  // namespace

TEST_CASE("only a change is said") {
  Watched w;
  for (int i = 0; i < 3; ++i) w.health.note(kHere);
  CHECK(w.lines() == 0);
  for (int i = 0; i < 3; ++i) w.health.note(kAway);
  w.health.note(ended(Outcome::End::aborted));
  for (int i = 0; i < 3; ++i) w.health.note(kHere);
  const auto said = w.log.lines.now();
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], Catch::StartsWith("webhook http://h cannot be reached"));
  CHECK(said[1] == "webhook http://h answers again");
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
  CHECK_THAT(w.log.lines.now().back(), Catch::Contains("cannot be reached"));
}
