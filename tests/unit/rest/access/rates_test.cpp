// SPDX-License-Identifier: MIT
#include "rest/access/rates.h"

#include <string>
#include <thread>
#include <vector>

#include "rest/access/digest.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

// How many of `count` requests at one moment are let through.
int passed(Bucket& bucket, const Clock& clock, double rate, int count) {
  int let = 0;
  for (int i = 0; i < count; ++i) let += bucket.take(clock.now(), rate) == 0ns;
  return let;
}

Credentials::Settings limited(double rate) {
  auto settings = credential_settings();
  settings.rate_limit = rate;
  return settings;
}

}  // namespace

TEST_CASE("a bucket holds one second's worth and fills up at the rate") {
  FakeClock clock;
  Bucket bucket;
  CHECK(passed(bucket, clock, 10, 20) == 10);
  CHECK(bucket.take(clock.now(), 10) == 100ms);
  clock.advance(99ms);
  CHECK(passed(bucket, clock, 10, 20) == 0);
  clock.advance(1ms);
  CHECK(passed(bucket, clock, 10, 20) == 1);
  clock.advance(500ms);
  CHECK(passed(bucket, clock, 10, 20) == 5);
  clock.advance(1h);
  CHECK(passed(bucket, clock, 10, 20) == 10);
}

TEST_CASE("a rate below one a second lets one through, and the next after its time") {
  FakeClock clock;
  Bucket bucket;
  CHECK(passed(bucket, clock, 0.25, 5) == 1);
  CHECK(bucket.take(clock.now(), 0.25) == 4s);
  clock.advance(3999ms);
  CHECK(bucket.take(clock.now(), 0.25) == 1ms);
  clock.advance(1ms);
  CHECK(passed(bucket, clock, 0.25, 5) == 1);
}

TEST_CASE("a rate that is no whole number is kept over time") {
  FakeClock clock;
  Bucket bucket;
  int let = 0;
  for (int i = 0; i < 1000; ++i) {
    let += passed(bucket, clock, 2.5, 3);
    clock.advance(100ms);
  }
  CHECK(let == 252);  // two and a half at the start, and 99.9 seconds
}

TEST_CASE("the highest and the lowest rate of the settings work") {
  FakeClock clock;
  Bucket fast;
  CHECK(passed(fast, clock, 1000000, 1000001) == 1000000);
  Bucket slow;
  CHECK(passed(slow, clock, 0.001, 2) == 1);
  CHECK(slow.take(clock.now(), 0.001) == 1000s);
}

TEST_CASE("threads share a bucket, and no request is let through twice") {
  FakeClock clock;
  SharedBucket bucket;
  std::atomic<int> let{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) let += bucket.take(clock.now(), 100) == 0ns;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(let == 100);
}

TEST_CASE("past the rate a request gets 429, says when to come again, and nothing is sent") {
  RestWorld world(limited(2));
  CHECK(world.ask(post(kMessage))->status() == 202);
  CHECK(world.ask(post(kMessage))->status() == 202);
  const auto answer = world.ask(post(kMessage));
  CHECK(answer->status() == 429);
  CHECK(answer->header("Retry-After") == "1");
  CHECK(condition(*answer) == "resource-constraint");
  CHECK(world.sink.sent().size() == 2);
  world.pass(500ms);
  CHECK(world.ask(post(kMessage))->status() == 202);
  CHECK(world.ask(post(kMessage))->status() == 429);
}

TEST_CASE("Retry-After rounds up to whole seconds") {
  RestWorld world(limited(0.4));
  world.ask(post(kMessage));
  CHECK(world.ask(post(kMessage))->header("Retry-After") == "3");
  world.pass(2s);
  CHECK(world.ask(post(kMessage))->header("Retry-After") == "1");
}

TEST_CASE("what is refused for its rate is told in the format that was asked for, and counted") {
  RestWorld world(limited(1));
  world.ask(post(kMessage));
  http::Request request = post(kMessage);
  request.headers[1].second = "application/json";
  CHECK(world.ask(request)->body() ==
        R"({"code":429,"error":{"condition":"resource-constraint","source":"restanza",)"
        R"("text":"Too many requests","type":"wait"},"type":"error"})");
  request.headers[1].second = "text/html";
  CHECK(world.ask(request)->body().find("<h1>429 resource-constraint</h1>") != std::string::npos);
  const std::string text = world.metrics.text();
  CHECK(text.find(R"(restanza_refusals_total{condition="resource-constraint"} 2)") != std::string::npos);
  CHECK(text.find(R"(restanza_http_requests_total{code="429",method="POST",resource="stanza"} 2)") !=
        std::string::npos);
}

TEST_CASE("iqs, queries and what only admins may do count as well") {
  RestWorld world(limited(3));
  CHECK(world.ask(post(kPing))->status() == 0);
  http::Request query = post("", as_component(), "/version/localhost");
  query.method = "GET";
  CHECK(world.ask(query)->status() == 0);
  http::Request look = post("", as_component(), "/endpoints");
  look.method = "GET";
  CHECK(world.ask(look)->status() == 200);
  CHECK(world.ask(look)->status() == 429);
  CHECK(world.ask(query)->status() == 429);
  CHECK(world.ask(post(kPing))->status() == 429);
}

TEST_CASE("what needs no credentials is not counted") {
  RestWorld world(limited(1));
  for (int i = 0; i < 5; ++i) {
    for (const char* method : {"GET", "OPTIONS"}) {
      http::Request request = post("", as_component(), "/health");
      request.method = method;
      CHECK(world.ask(request)->status() == 200);
    }
  }
  CHECK(world.ask(post(kMessage))->status() == 202);
}

TEST_CASE("each credential has a bucket of its own, and a token the rate that stands beside it") {
  auto settings = limited(1);
  settings.anonymous = true;
  settings.tokens = {token(), token(), token()};
  settings.tokens[0].rate = 3;
  settings.tokens[1].sha256 = sha256("free");
  settings.tokens[2].sha256 = sha256("slow");
  settings.tokens[2].rate = 0.5;
  RestWorld world(settings);
  const auto let = [&](const std::string& authorization) {
    int count = 0;
    for (int i = 0; i < 10; ++i) count += world.ask(post(kMessage, authorization))->status() == 202;
    return count;
  };
  CHECK(let(as_component()) == 1);
  CHECK(let("Bearer t0ken") == 3);
  CHECK(let("Bearer free") == 10);
  CHECK(let("Bearer slow") == 1);
  CHECK(let("") == 1);  // all who are nobody in particular share one
  CHECK(let(basic("alice", "wonder:land")) == 1);
  CHECK(let(basic("alice@localhost", "wonder:land")) == 0);
}

TEST_CASE("without a rate nothing is counted") {
  RestWorld world;
  for (int i = 0; i < 1000; ++i) CHECK(world.ask(post(kMessage))->status() == 202);
}

TEST_CASE("as many accounts as there is room for keep their buckets, and one more takes the idlest one's") {
  FakeClock clock;
  Rates rates(0.001, {}, clock);
  const auto account = [](size_t i) { return "user" + std::to_string(i) + "@localhost"; };
  for (size_t i = 0; i < Rates::kAccounts; ++i) REQUIRE(rates.account(account(i)) == 0ns);
  for (size_t i = 0; i < Rates::kAccounts; ++i) REQUIRE(rates.account(account(i)) == 1000s);
  CHECK(rates.account(account(Rates::kAccounts)) == 0ns);
  CHECK(rates.account(account(1)) == 1000s);
  CHECK(rates.account(account(0)) == 0ns);  // forgotten: it was idle for longest
}

TEST_CASE("an account that asks too often is not idle: it keeps its place and its limit") {
  FakeClock clock;
  Rates rates(0.001, {}, clock);
  CHECK(rates.account("alice@localhost") == 0ns);
  for (size_t i = 0; i < 3 * Rates::kAccounts; ++i) {
    rates.account("user" + std::to_string(i) + "@localhost");
    if (i % 1000 == 0) REQUIRE(rates.account("alice@localhost") == 1000s);
  }
}
