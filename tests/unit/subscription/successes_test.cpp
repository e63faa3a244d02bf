// SPDX-License-Identifier: MIT
#include "subscription/successes.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

TEST_CASE("a success is another's for all conversations but its own, and after it nothing is") {
  Successes successes;
  CHECK_FALSE(successes.of_another(1, Instant::min()));
  successes.note(1, Instant(10s));
  CHECK_FALSE(successes.of_another(1, Instant(0s)));
  CHECK(successes.of_another(2, Instant(9s)));
  CHECK_FALSE(successes.of_another(2, Instant(10s)));
}

TEST_CASE("whoever was answered last sees the latest success of all others") {
  Successes successes;
  successes.note(1, Instant(10s));
  successes.note(2, Instant(20s));
  for (int i = 0; i < 3; ++i) successes.note(3, Instant(30s + i * 1s));
  CHECK(successes.of_another(3, Instant(19s)));
  CHECK_FALSE(successes.of_another(3, Instant(20s)));
  CHECK(successes.of_another(1, Instant(31s)));
  successes.note(2, Instant(40s));
  CHECK(successes.of_another(2, Instant(31s)));
  CHECK_FALSE(successes.of_another(2, Instant(32s)));
}
