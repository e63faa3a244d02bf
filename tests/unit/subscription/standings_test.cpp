// SPDX-License-Identifier: MIT
#include "subscription/standings.h"

#include <memory>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

TEST_CASE("how a conversation's latest request went is remembered, and of a new one nothing is") {
  const auto standings = std::make_unique<Standings>();
  CHECK(standings->of(1) == Standing::open);
  standings->note(1, Standing::failing, Instant(1s), Instant(10s));
  standings->note(2, Standing::quick, Instant(2s));
  CHECK(standings->of(1) == Standing::failing);
  CHECK(standings->spared(1) == Instant(10s));
  CHECK(standings->of(2) == Standing::quick);
  CHECK(standings->spared(2) == Instant());
  standings->spare_nobody();
  CHECK(standings->of(1) == Standing::failing);
  CHECK(standings->spared(1) == Instant());
  standings->forget();
  CHECK(standings->of(1) == Standing::open);
  CHECK_FALSE(standings->has_quick(Instant(2s)));
}

TEST_CASE("so many conversations are remembered, and one more takes the place of another") {
  const auto standings = std::make_unique<Standings>();
  for (size_t lane = 1; lane <= Standings::kRemembered; ++lane) {
    standings->note(lane, Standing::failing, Instant(1s));
  }
  size_t known = 0;
  for (size_t lane = 1; lane <= Standings::kRemembered; ++lane) {
    known += standings->of(lane) == Standing::failing ? 1 : 0;
  }
  CHECK(known == Standings::kRemembered);
  standings->note(1 + Standings::kRemembered, Standing::quick, Instant(1s), Instant(2s));
  CHECK(standings->of(1) == Standing::open);
  CHECK(standings->spared(1) == Instant());
  CHECK(standings->of(1 + Standings::kRemembered) == Standing::quick);
}

TEST_CASE("somebody was answered quickly for a minute after that") {
  const auto standings = std::make_unique<Standings>();
  CHECK_FALSE(standings->has_quick(Instant(1s)));
  standings->note(1, Standing::quick, Instant(1s));
  standings->note(1, Standing::failing, Instant(2s));
  CHECK(standings->has_quick(Instant(1s) + Standings::kQuickLately - 1ms));
  CHECK_FALSE(standings->has_quick(Instant(1s) + Standings::kQuickLately));
}
