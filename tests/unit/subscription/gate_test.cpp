// SPDX-License-Identifier: MIT
#include "subscription/gate.h"

#include "support/catch.h"
#include "unit/subscription/attempts.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

struct Gated {
  explicit Gated(bool breaker = true) : gate(10, breaker) {}

  Gate gate;  // ten requests a second
  Instant now{1h};

  bool open() const { return gate.opens(now) <= now; }
  void request(const std::string& lane, const Ended& how, size_t backlog = 0) {
    const bool probe = gate.begin(now);
    gate.end(now, {lane, now, probe}, how, 0.5, backlog);
  }
};

}  // namespace

TEST_CASE("three requests that find nobody close an endpoint, and two do not") {
  Gated g;
  g.request("a", kSilent);
  g.request("a", kSilent);
  CHECK(g.gate.answering());
  g.request("a", kSilent);
  CHECK_FALSE(g.gate.answering());
  CHECK_FALSE(g.open());
}

TEST_CASE("five conversations in a row that are answered 500 close an endpoint, and four do not") {
  Gated g;
  for (const char* lane : {"a", "b", "c", "d"}) g.request(lane, kFailed);
  CHECK(g.gate.answering());
  g.request("a", kFailed);
  CHECK_FALSE(g.gate.answering());
}

TEST_CASE("one conversation that is answered 500 again and again does not close an endpoint") {
  Gated g;
  for (int i = 0; i < 50; ++i) g.request("poison", kFailed);
  CHECK(g.gate.answering());
}

TEST_CASE("three conversations that get no answer in time close an endpoint, and one alone does not") {
  Gated g;
  for (int i = 0; i < 50; ++i) g.request("a", kLate);
  CHECK(g.gate.answering());
  g.request("b", kLate);
  CHECK(g.gate.answering());
  g.request("a", kLate);
  CHECK_FALSE(g.gate.answering());
}

TEST_CASE("what fails while another conversation is answered does not close an endpoint") {
  const Ended how = GENERATE(values<Ended>({kSilent, kLate, kFailed}));
  Gated g;
  const Instant began = g.now;
  g.now += 1s;
  g.request("well", kDelivered);
  g.now += 10s;
  for (const char* lane : {"a", "b", "c", "d", "e", "f"}) g.gate.end(g.now, {lane, began}, how, 0.5, 0);
  CHECK(g.gate.answering());
  for (const char* lane : {"a", "b", "c", "d", "e", "f"}) g.request(lane, how);
  CHECK_FALSE(g.gate.answering());
}

TEST_CASE("for five seconds after a success what may concern one conversation does not close an endpoint") {
  Gated g;
  g.request("well", kDelivered);
  g.now += Gate::kJustNow - 1ms;
  for (const char* lane : {"a", "b", "c", "d", "e", "f"}) g.request(lane, kLate);
  CHECK(g.gate.answering());
  SECTION("and after that it does") {
    g.now += 1ms;
    for (const char* lane : {"a", "b", "c"}) g.request(lane, kLate);
    CHECK_FALSE(g.gate.answering());
  }
  SECTION("where it concerns all it does") {
    for (int i = 0; i < 3; ++i) g.request("a", kSilent);
    CHECK_FALSE(g.gate.answering());
  }
}

TEST_CASE("an endpoint that asks to be left alone is, where it says so of all or to several conversations") {
  const Ended alone{Verdict::unavailable, 600s, Concerns::conversation};
  const Ended all{Verdict::unavailable, 600s, Concerns::endpoint};
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  SECTION("of all") {
    g.now += 1s;
    g.request("a", all);
    CHECK(g.gate.opens(g.now) == g.now + 600s);
  }
  SECTION("to one conversation and then another") {
    g.now += 1s;
    g.request("a", alone);
    CHECK(g.gate.opens(g.now) == g.now + 5s);
    g.now += 5s;
    g.request("a", alone);
    CHECK(g.gate.opens(g.now) == g.now + 30s);
    g.now += 30s;
    g.request("b", alone);
    CHECK(g.gate.opens(g.now) == g.now + 600s);
    g.gate.probe_now(g.now);  // somebody knows better
    CHECK(g.open());
  }
}

TEST_CASE("any answer that is final starts the count anew") {
  for (const Verdict verdict : {Verdict::delivered, Verdict::refused, Verdict::gone}) {
    Gated g;
    g.request("a", kSilent);
    g.request("a", kSilent);
    g.request("b", {verdict});
    g.request("a", kSilent);
    g.request("a", kSilent);
    CHECK(g.gate.answering());
  }
}

TEST_CASE("a dead endpoint is probed with one request at a time, later and later") {
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  CHECK(g.gate.opens(g.now) == g.now + 1s);
  g.now += 1s;
  REQUIRE(g.open());
  CHECK(g.gate.begin(g.now));
  CHECK_FALSE(g.open());  // while the probe is under way nothing else goes
  CHECK(g.gate.opens(g.now) == Instant::max());
  g.gate.end(g.now, {"a", g.now, true}, kSilent, 0.5, 0);
  CHECK(g.gate.opens(g.now) == g.now + 5s);
  g.now += 5s;
  g.request("a", kSilent);
  CHECK(g.gate.opens(g.now) == g.now + 30s);
}

TEST_CASE("a probe that was broken off leaves the gate to the next probe") {
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  g.now += 1s;
  REQUIRE(g.gate.begin(g.now));
  g.gate.forget(true);
  CHECK(g.open());
  CHECK(g.gate.begin(g.now));
}

TEST_CASE("requests from before the end do not put the probe off, and may bring the endpoint back") {
  Gated g;
  const bool early = g.gate.begin(g.now), lucky = g.gate.begin(g.now);
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  g.gate.end(g.now, {"b", g.now, early}, kSilent, 0.5, 0);
  CHECK(g.gate.opens(g.now) == g.now + 1s);
  g.gate.end(g.now, {"c", g.now, lucky}, kDelivered, 0.5, 0);
  CHECK(g.gate.answering());
}

TEST_CASE("what waited during an outage goes at the drain rate, and what comes after it at once") {
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  g.now += 1s;
  g.request("a", kDelivered, 3);
  CHECK(g.gate.draining());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(g.open());
    CHECK_FALSE(g.gate.begin(g.now));
    if (i == 2) break;
    CHECK(g.gate.opens(g.now) == g.now + 100ms);
    g.now += 100ms;
  }
  CHECK_FALSE(g.gate.draining());
  CHECK(g.open());
}

TEST_CASE("time that nobody used does not let the backlog go all at once") {
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  g.now += 1s;
  g.request("a", kDelivered, 100);
  g.now += 10s;
  g.gate.begin(g.now);
  g.gate.begin(g.now);
  CHECK_FALSE(g.open());
}

TEST_CASE("a backlog that was discarded is not waited for") {
  Gated g;
  for (int i = 0; i < 3; ++i) g.request("a", kSilent);
  g.now += 1s;
  g.request("a", kDelivered, 100);
  g.gate.at_most(1);
  g.gate.begin(g.now);
  CHECK_FALSE(g.gate.draining());
}

TEST_CASE("a stop lasts until each of its reasons has gone") {
  Gated g;
  g.gate.stop(Gate::kPaused);
  g.gate.stop(Gate::kHeld);
  CHECK_FALSE(g.open());
  g.gate.resume(Gate::kPaused);
  CHECK_FALSE(g.open());
  CHECK_FALSE(g.gate.flowing());
  g.gate.resume(Gate::kHeld);
  CHECK(g.open());
  CHECK(g.gate.flowing());
}

TEST_CASE("without retries an endpoint is never taken for dead") {
  Gated g(false);
  for (int i = 0; i < 50; ++i) g.request("a", kSilent);
  CHECK(g.open());
}
