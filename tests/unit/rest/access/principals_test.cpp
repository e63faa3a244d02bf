// SPDX-License-Identifier: MIT
// Bearer tokens that the host knows: each stands for an account, with the rights that the host gives it.
#include "rest/access/credentials.h"
#include "support/catch.h"
#include "unit/rest/access/told.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

struct BearerCheck {
  Credentials::Settings settings = credential_settings();
  FakeClock clock;
  Timer timer{clock};
  Lines log;
  FakeAccounts accounts;
  std::shared_ptr<Told> callback;

  BearerCheck() { accounts.bearers = true; }
};

}  // namespace

TEST_CASE("a token that the host knows stands for its account, which may send and nothing more") {
  RestWorld world;
  world.accounts.bearers = true;
  CHECK(world.ask(post(kMessage, "Bearer of-alice"))->status() == 202);
  REQUIRE(world.sink.sent().size() == 1);
  CHECK(world.sink.sent()[0].from == "alice@localhost");
  http::Request metrics = post("", "Bearer of-alice", "/metrics");
  metrics.method = "GET";
  CHECK(world.ask(std::move(metrics))->status() == 403);
  CHECK(
      world.ask(post("<message from='bob@localhost' to='carol@localhost'/>", "Bearer of-alice"))->status() ==
      403);
}

TEST_CASE("what a host gives a token beside that, or does not give it, counts") {
  RestWorld world;
  world.accounts.bearers = true;
  world.accounts.rights = kAdmin | 0x80U;  // and a right that nobody knows
  http::Request metrics = post("", "Bearer of-alice", "/metrics");
  metrics.method = "GET";
  CHECK(world.ask(std::move(metrics))->status() == 200);
  CHECK(world.ask(post(kMessage, "Bearer of-alice"))->status() == 403);
  CHECK(world.sink.sent().empty());
}

TEST_CASE("the host is asked for each request, and not about tokens of the settings") {
  auto settings = credential_settings();
  settings.tokens = {token()};
  RestWorld world(settings);
  world.accounts.bearers = true;
  CHECK(world.ask(post(kMessage, "Bearer t0ken"))->status() == 202);
  CHECK(world.accounts.asked.empty());
  for (size_t i = 1; i <= 3; ++i) {
    CHECK(world.ask(post(kMessage, "Bearer of-alice"))->status() == 202);
    CHECK(world.accounts.asked.size() == i);
  }
  CHECK(world.accounts.asked[0] == "Bearer of-alice");
}

TEST_CASE("a host without tokens is asked about none, nor is any where Bearer is not accepted") {
  RestWorld world;
  CHECK(world.ask(post(kMessage, "Bearer of-alice"))->status() == 401);
  auto settings = credential_settings();
  settings.bearer = false;
  RestWorld basic_only(settings);
  basic_only.accounts.bearers = true;
  CHECK(basic_only.ask(post(kMessage, "Bearer of-alice"))->status() == 401);
  CHECK(world.accounts.asked.empty());
  CHECK(basic_only.accounts.asked.empty());
}

TEST_CASE("who guesses tokens of the host waits as others do, and is not asked about meanwhile") {
  RestWorld world;
  world.accounts.bearers = true;
  for (int i = 0; i < FailedLogins::kFree; ++i)
    REQUIRE(world.ask(post(kMessage, "Bearer guess"))->status() == 401);
  const auto late = world.ask(post(kMessage, "Bearer guess"));
  const size_t asked = world.accounts.asked.size();
  CHECK(world.ask(post(kMessage, "Bearer another"))->status() == 429);
  CHECK(world.accounts.asked.size() == asked);
  world.pass(250ms);
  CHECK(late->status() == 401);
}

TEST_CASE("a token that cannot be checked is the server's fault") {
  RestWorld world;
  world.accounts.bearers = true;
  world.accounts.broken = true;
  CHECK(world.ask(post(kMessage, "Bearer of-alice"))->status() == 500);
}

TEST_CASE("a token's verdict may come later, and after a drain it finds nobody") {
  BearerCheck check;
  check.accounts.later = true;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  http::Request request;
  request.headers.emplace_back("Authorization", "Bearer of-alice");
  const auto first = std::make_shared<Told>(), second = std::make_shared<Told>();
  credentials.check(request, first);
  CHECK(first->status() == 0);
  check.accounts.held_bearers[0](Accounts::Verdict::ok, {"alice@localhost", kSend});
  REQUIRE(first->status() == 200);
  CHECK((*first->outcome)->account);
  CHECK((*first->outcome)->address == "alice@localhost");
  CHECK((*first->outcome)->rights == kSend);
  credentials.check(request, second);
  credentials.drain();
  CHECK(second->status() == 503);
  check.accounts.held_bearers[1](Accounts::Verdict::ok, {"alice@localhost", kSend});
  CHECK(second->times == 1);
}
