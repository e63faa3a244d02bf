// SPDX-License-Identifier: MIT
// What somebody gets who tries one password after the other; time is moved by hand.
#include <memory>
#include <string>
#include <vector>

#include "rest/access/digest.h"
#include "rest/access/late_refusals.h"
#include "support/catch.h"
#include "unit/rest/access/told.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<MemoryAnswer> ask(const RestWorld& world, const std::string& authorization,
                                  const std::string& peer = "192.0.2.1") {
  http::Request request = post(kMessage, authorization);
  request.peer = peer;
  return world.ask(std::move(request));
}

// All the failures that are told at once.
void fail_free(const RestWorld& world, const std::string& authorization) {
  for (int i = 0; i < FailedLogins::kFree; ++i) REQUIRE(ask(world, authorization)->status() == 401);
}

const Refusal kLateRefusal{401, "auth", "not-authorized", "no"};
const std::string kGood = basic("alice", "wonder:land");
const std::string kBad = basic("alice", "guess");

}  // namespace

TEST_CASE("after some failures a refusal comes late, and each time later up to four seconds") {
  for (const std::string& bad : {kBad, basic("rest.localhost", "guess"), std::string("Bearer guess")}) {
    CAPTURE(bad);
    RestWorld world;
    fail_free(world, bad);
    for (const auto late : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 4000ms}) {
      const auto answer = ask(world, bad);
      world.pass(late - 1ms);
      CHECK(answer->status() == 0);
      world.pass(1ms);
      CHECK(answer->status() == 401);
      CHECK(answer->header("WWW-Authenticate")->find("Basic realm=") == 0);
      CHECK(condition(*answer) == "not-authorized");
    }
    CHECK(world.sink.sent().empty());
  }
}

TEST_CASE("many guesses at once are no faster: while one waits the others are not even checked") {
  for (const std::string name : {"alice", "rest.localhost"}) {
    CAPTURE(name);
    const std::string good = name == "alice" ? kGood : as_component();
    RestWorld world;
    fail_free(world, basic(name, "guess"));
    const auto waiting = ask(world, basic(name, "guess"));
    const size_t asked = world.accounts.asked.size();
    for (int i = 0; i < 100; ++i) {
      const auto answer = ask(world, i == 50 ? good : basic(name, std::to_string(i)));
      CHECK(answer->status() == 429);
      CHECK(answer->header("Retry-After") == "1");
      CHECK(condition(*answer) == "resource-constraint");
    }
    CHECK(world.accounts.asked.size() == asked);
    CHECK(world.sink.sent().empty());
    CHECK(waiting->status() == 0);
    world.pass(250ms);
    CHECK(waiting->status() == 401);
    CHECK(ask(world, good)->status() == 202);
  }
}

TEST_CASE("passwords that the host is already checking are judged one after the other, too") {
  RestWorld world;
  world.accounts.later = true;
  std::vector<std::shared_ptr<MemoryAnswer>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(ask(world, basic("alice", std::to_string(i))));
  REQUIRE(world.accounts.held.size() == 20);
  for (int i = 0; i < 19; ++i) world.accounts.held[static_cast<size_t>(i)](Accounts::Verdict::denied, "");
  world.accounts.held[19](Accounts::Verdict::ok, "alice@localhost");
  CHECK(answers[4]->status() == 401);
  CHECK(answers[5]->status() == 0);
  for (size_t i = 6; i < 20; ++i) CHECK(answers[i]->status() == 429);
  CHECK(world.sink.sent().empty());
  world.pass(250ms);
  CHECK(answers[5]->status() == 401);
}

TEST_CASE("a good login is let in and forgets the failures") {
  RestWorld world;
  fail_free(world, kBad);
  CHECK(ask(world, kGood)->status() == 202);
  fail_free(world, kBad);
  CHECK(ask(world, kBad)->status() == 0);
}

TEST_CASE("who guesses holds up neither other names nor other addresses") {
  RestWorld world;
  fail_free(world, kBad);
  CHECK(ask(world, kBad)->status() == 0);
  CHECK(ask(world, as_component())->status() == 202);
  CHECK(ask(world, kGood, "192.0.2.2")->status() == 202);
  CHECK(ask(world, kGood)->status() == 429);
}

TEST_CASE("who invents names waits, and neither forgets a guess nor fills the place of others' refusals") {
  RestWorld world;
  fail_free(world, kBad);
  size_t checked = 0;
  for (int i = 0; i < 10000; ++i) {
    checked += ask(world, basic("invented" + std::to_string(i), "guess"))->status() != 429;
  }
  CHECK(checked == FailedLogins::kNames);
  const auto answer = ask(world, kBad);
  CHECK(answer->status() == 0);
  CHECK(ask(world, kBad, "192.0.2.2")->status() == 401);
  world.pass(250ms);
  CHECK(answer->status() == 401);
}

TEST_CASE("who has logged in before does not wait for the names that others at the same address invent") {
  RestWorld world;
  CHECK(ask(world, kGood)->status() == 202);
  for (int i = 0; i < 100; ++i) ask(world, basic("invented" + std::to_string(i), "guess"));
  CHECK(ask(world, kGood)->status() == 202);
  CHECK(ask(world, as_component())->status() == 429);  // for the first time
}

TEST_CASE("an expired token that goes on asking holds up no other token") {
  auto settings = credential_settings();
  settings.tokens = {token(), token()};
  settings.tokens[1].name = "old";
  settings.tokens[1].sha256 = sha256("old");
  settings.tokens[1].expires = WallTime();
  RestWorld world(settings);
  fail_free(world, "Bearer old");
  CHECK(ask(world, "Bearer old")->status() == 0);
  CHECK(ask(world, "Bearer old")->status() == 429);
  CHECK(ask(world, "Bearer t0ken")->status() == 202);
}

TEST_CASE("a failure of the host's password check is nobody's guess") {
  RestWorld world;
  world.accounts.broken = true;
  for (int i = 0; i < 20; ++i) CHECK(ask(world, kBad)->status() == 500);
  world.accounts.broken = false;
  CHECK(ask(world, kGood)->status() == 202);
}

TEST_CASE("what nobody can read is refused at once, however often") {
  RestWorld world;
  for (int i = 0; i < 20; ++i) {
    CHECK(ask(world, "Basic ?")->status() == 401);
    CHECK(ask(world, "")->status() == 401);
  }
}

TEST_CASE("a client that leaves is let go, and the name has to wait all the same") {
  RestWorld world;
  fail_free(world, kBad);
  const auto answer = ask(world, kBad);
  REQUIRE(answer->gone);
  answer->leave();
  CHECK(answer->answers == 1);  // the exchange has ended
  CHECK(ask(world, kGood)->status() == 429);
  world.pass(250ms);
  CHECK(answer->answers == 1);
  CHECK(ask(world, kGood)->status() == 202);
}

TEST_CASE("a drain ends what waits, and what would have to wait") {
  RestWorld world;
  fail_free(world, kBad);
  const auto answer = ask(world, kBad);
  world.resources.credentials.drain();
  CHECK(answer->status() == 503);
  world.pass(10s);
  CHECK(answer->answers == 1);
  fail_free(world, basic("rest.localhost", "guess"));
  CHECK(ask(world, basic("rest.localhost", "guess"))->status() == 503);
}

TEST_CASE("what waits is told when the timer stops taking work") {
  RestWorld world;
  fail_free(world, kBad);
  world.timer.stop();
  CHECK(ask(world, kBad)->status() == 401);
}

TEST_CASE("so many refusals wait at once, and one more is another one at once") {
  FakeClock clock;
  Timer timer(clock);
  LateRefusals late(timer);
  std::vector<std::shared_ptr<Told>> callbacks;
  const auto add = [&] {
    callbacks.push_back(std::make_shared<Told>());
    late.add(250ms, kLateRefusal, callbacks.back());
  };
  for (size_t i = 0; i < LateRefusals::kLimit; ++i) add();
  for (const auto& callback : callbacks) REQUIRE(callback->status() == 0);
  add();
  CHECK(callbacks.back()->status() == 503);
  clock.advance(250ms);
  timer.run_due();
  for (const auto& callback : callbacks) REQUIRE(callback->times == 1);
  CHECK(callbacks.front()->status() == 401);
  add();  // there is room again
  CHECK(callbacks.back()->status() == 0);
}

TEST_CASE("a client that left before the waiting began does not wait") {
  FakeClock clock;
  Timer timer(clock);
  LateRefusals late(timer);
  const auto callback = std::make_shared<Told>();
  callback->leaves = true;
  late.add(250ms, kLateRefusal, callback);
  callback->gone = nullptr;
  clock.advance(250ms);
  timer.run_due();
  CHECK(callback->times == 0);
  CHECK(callback.use_count() == 1);
}

TEST_CASE("whoever asks is told before a refusal that comes late, and only then") {
  FakeClock clock;
  Timer timer(clock);
  Lines log;
  FakeAccounts accounts;
  const Credentials credentials(credential_settings(), accounts, clock, timer, log);
  const auto callback = std::make_shared<Told>();
  for (int i = 0; i < FailedLogins::kFree; ++i) credentials.check(post("", kBad), callback);
  CHECK(callback->times == FailedLogins::kFree);
  CHECK(callback->parked == 0);
  credentials.check(post("", kBad), callback);
  CHECK(callback->parked == 1);
}
