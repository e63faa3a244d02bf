// SPDX-License-Identifier: MIT
#include "webhook/verdict.h"

#include "support/catch.h"
#include "unit/webhook/outcomes.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

TEST_CASE("what an endpoint answers decides whether it is worth asking again") {
  for (const int status : {200, 202, 204, 299}) CHECK(verdict_of(answered(status)) == Verdict::delivered);
  for (const int status : {301, 302, 400, 401, 403, 404, 409, 413, 422, 451}) {
    CHECK(verdict_of(answered(status)) == Verdict::refused);
  }
  CHECK(verdict_of(answered(410)) == Verdict::gone);
  for (const int status : {500, 501, 505, 507, 599}) CHECK(verdict_of(answered(status)) == Verdict::failed);
  for (const int status : {408, 425, 429, 502, 503, 504}) {
    CHECK(verdict_of(answered(status)) == Verdict::unavailable);
  }
  for (const auto end : {Outcome::End::unreachable, Outcome::End::timeout}) {
    CHECK(verdict_of(ended(end)) == Verdict::unavailable);
  }
}

TEST_CASE("attempts are a second apart at first and an hour in the end") {
  const Outcome failed = answered(500);
  const std::chrono::seconds expected[] = {1s, 5s, 30s, 2min, 10min, 30min, 1h, 1h, 1h};
  uint32_t attempt = 0;
  for (const auto delay : expected) CHECK(retry_delay(++attempt, 0.5, failed) == delay);
  CHECK(retry_delay(1000000, 0.5, failed) == 1h);
}

TEST_CASE("chance moves an attempt by a fifth at most") {
  CHECK(retry_delay(3, 0, answered(500)) == 24s);
  CHECK(retry_delay(3, 1, answered(500)) == 36s);
  CHECK(retry_delay(3, 7, answered(500)) == 36s);
}

TEST_CASE("Retry-After is honoured up to an hour, and never makes an attempt earlier") {
  Outcome busy = answered(503);
  busy.retry_after = 90s;
  CHECK(retry_delay(1, 0.5, busy) == 90s);
  CHECK(retry_delay(4, 0.5, busy) == 2min);
  busy.retry_after = 3600s;
  CHECK(retry_delay(1, 0.5, busy) == 1h);
  busy.retry_after = 3601s;
  CHECK(retry_delay(1, 0.5, busy) == 1h);
}

TEST_CASE("a dead endpoint is looked for at least every half minute") {
  const Outcome failed = answered(503);
  CHECK(probe_delay(1, 0.5, failed) == 1s);
  CHECK(probe_delay(2, 0.5, failed) == 5s);
  CHECK(probe_delay(3, 0.5, failed) == 30s);
  CHECK(probe_delay(100, 0.5, failed) == 30s);
}
