// SPDX-License-Identifier: MIT
#include "subscription/verdict.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

TEST_CASE("attempts are a second apart at first and an hour in the end") {
  const std::chrono::seconds expected[] = {1s, 5s, 30s, 2min, 10min, 30min, 1h, 1h, 1h};
  uint32_t attempt = 0;
  for (const auto delay : expected) CHECK(retry_delay(++attempt, 0.5, std::nullopt) == delay);
  CHECK(retry_delay(1000000, 0.5, std::nullopt) == 1h);
}

TEST_CASE("chance moves an attempt by a fifth at most") {
  CHECK(retry_delay(3, 0, std::nullopt) == 24s);
  CHECK(retry_delay(3, 1, std::nullopt) == 36s);
  CHECK(retry_delay(3, 7, std::nullopt) == 36s);
}

TEST_CASE("what an endpoint asks for is honoured up to an hour, and never makes an attempt earlier") {
  CHECK(retry_delay(1, 0.5, 90s) == 90s);
  CHECK(retry_delay(4, 0.5, 90s) == 2min);
  CHECK(retry_delay(1, 0.5, 3600s) == 1h);
  CHECK(retry_delay(1, 0.5, 3601s) == 1h);
}

TEST_CASE("a dead endpoint is looked for at least every half minute") {
  CHECK(probe_delay(1, 0.5, std::nullopt) == 1s);
  CHECK(probe_delay(2, 0.5, std::nullopt) == 5s);
  CHECK(probe_delay(3, 0.5, std::nullopt) == 30s);
  CHECK(probe_delay(100, 0.5, std::nullopt) == 30s);
}
