// SPDX-License-Identifier: MIT
#include "webhook/request/verdict.h"

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

TEST_CASE("a refusal is worth another try where the settings say so, of what the journal keeps") {
  Refusals again;
  again.by_status[404] = OnRefusal::retry;
  again.by_status[403] = OnRefusal::dead_letter;
  CHECK(verdict_of(answered(404), again, true) == Verdict::failed);
  CHECK(verdict_of(answered(404), again, false) == Verdict::refused);
  CHECK(verdict_of(answered(404), {}, true) == Verdict::refused);
  CHECK(verdict_of(answered(403), again, true) == Verdict::refused);
  CHECK(verdict_of(answered(401), again, true) == Verdict::refused);
  again.others = OnRefusal::retry;
  CHECK(verdict_of(answered(401), again, true) == Verdict::failed);
  for (const int status : {200, 410, 500, 503}) {
    CHECK(verdict_of(answered(status), again, true) == verdict_of(answered(status)));
  }
}

TEST_CASE("how long an endpoint asks to be left alone goes with the verdict") {
  Outcome busy = answered(503);
  CHECK_FALSE(ended_of(busy, {}, true).retry_after);
  busy.retry_after = 90s;
  CHECK(ended_of(busy, {}, true).verdict == Verdict::unavailable);
  CHECK(ended_of(busy, {}, true).retry_after == 90s);
}

TEST_CASE("the settings know as refusals what the verdict calls so") {
  for (int status = 300; status < 500; ++status) {
    CAPTURE(status);
    CHECK(is_refusal(status) == (verdict_of(answered(status)) == Verdict::refused));
  }
  for (const int status : {0, 200, 299, 500}) CHECK_FALSE(is_refusal(status));
}

TEST_CASE("503 and silence tell of the endpoint, all other failures perhaps of one conversation") {
  using subscription::Concerns;
  const auto concerns_of = [](const Outcome& outcome) { return ended_of(outcome, {}, true).concerns; };
  CHECK(concerns_of(answered(503)) == Concerns::endpoint);
  CHECK(concerns_of(ended(Outcome::End::unreachable)) == Concerns::endpoint);
  for (const int status : {408, 425, 429, 500, 502, 504}) {
    CHECK(concerns_of(answered(status)) == Concerns::conversation);
  }
  CHECK(concerns_of(ended(Outcome::End::timeout)) == Concerns::conversation);
}
