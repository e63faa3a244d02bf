// SPDX-License-Identifier: MIT
#include "login/failed_logins.h"

#include <string>
#include <vector>

#include "base/str.h"
#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

struct Door {
  FakeClock clock;
  FailedLogins failed{clock, [](std::string_view name) { return ascii_lower(name); }};

  // How late the failure is told; -1 where it is not checked, as `wait` says too.
  int fail(const std::string& name = "alice", const std::string& peer = "192.0.2.1",
           const std::string& secret = "wrong") {
    const Attempt attempt{peer, name, secret};
    const bool locked = failed.wait(attempt) > 0ms;
    const auto verdict = failed.judge(attempt, false);
    CHECK(locked == (verdict.locked > 0ms));
    return locked ? -1 : static_cast<int>(verdict.late.count());
  }
  void fail_free(const std::string& name = "alice", const std::string& peer = "192.0.2.1") {
    for (int i = 0; i < FailedLogins::kFree; ++i) REQUIRE(fail(name, peer) == 0);
  }
  bool succeed(const std::string& name = "alice", const std::string& peer = "192.0.2.1",
               const std::string& secret = "right") {
    const Attempt attempt{peer, name, secret};
    const bool locked = failed.wait(attempt) > 0ms;
    CHECK(locked == (failed.judge(attempt, true).locked > 0ms));
    return !locked;
  }
};

}  // namespace

TEST_CASE("the first failures are told at once, the next ones later and later") {
  Door door;
  door.fail_free();
  for (const int late : {250, 500, 1000, 2000, 4000, 4000, 4000}) {
    CHECK(door.fail() == late);
    door.clock.advance(std::chrono::milliseconds(late));
  }
}

TEST_CASE("while a failure waits to be told nothing is checked, wrong or right") {
  Door door;
  door.fail_free();
  CHECK(door.fail() == 250);
  CHECK(door.fail() == -1);
  CHECK_FALSE(door.succeed());
  CHECK(door.failed.wait({"192.0.2.1", "alice", "x"}) == 250ms);
  door.clock.advance(249ms);
  CHECK(door.failed.wait({"192.0.2.1", "alice", "x"}) == 1ms);
  CHECK_FALSE(door.succeed());
  door.clock.advance(1ms);
  CHECK(door.failed.wait({"192.0.2.1", "alice", "x"}) == 0ms);
  CHECK(door.fail() == 500);  // what was not checked has not been counted
}

TEST_CASE("guesses that were begun at once are judged one after the other") {
  Door door;
  const std::vector<std::string> guesses(100, "wrong");
  for (const auto& guess : guesses) REQUIRE(door.failed.wait({"192.0.2.1", "alice", guess}) == 0ms);
  int told = 0;
  for (const auto& guess : guesses) {
    told += door.failed.judge({"192.0.2.1", "alice", guess}, false).locked == 0ms;
  }
  CHECK(told == FailedLogins::kFree + 1);
  CHECK(door.failed.judge({"192.0.2.1", "alice", "right"}, true).locked == 250ms);
}

TEST_CASE("a good login forgets the failures") {
  Door door;
  door.fail_free();
  CHECK(door.succeed());
  door.fail_free();
  CHECK(door.fail() == 250);
}

TEST_CASE("a minute without a failure forgets them") {
  Door door;
  door.fail_free();
  door.clock.advance(59999ms);
  CHECK(door.fail() == 250);
  door.clock.advance(60s);
  CHECK(door.failed.remembered() == 0);
  door.fail_free();
}

TEST_CASE("whoever was right before is not locked out by a guesser at the same address") {
  Door door;
  door.fail_free();
  CHECK(door.succeed());
  door.fail_free();
  CHECK(door.fail() == 250);
  CHECK(door.succeed());                                            // the same secret again
  CHECK_FALSE(door.succeed("alice", "192.0.2.1", "another good"));  // which nobody knows yet
  CHECK(door.fail() == -1);
}

TEST_CASE("good secrets of one name buy guesses once only") {
  Door door;
  door.fail_free();
  CHECK(door.succeed());
  door.fail_free();
  CHECK(door.succeed());
  CHECK(door.succeed("alice", "192.0.2.1", "another good"));
  CHECK(door.fail() == 250);
}

TEST_CASE(
    "whoever is right while a guesser makes so many attempts does not wait, and with one more they do") {
  Door door;
  CHECK(door.succeed());
  door.fail_free();
  CHECK(door.fail() == 250);
  for (int i = 0; i < FailedLogins::kSpared - 1; ++i) {
    REQUIRE(door.failed.wait({"192.0.2.1", "alice", "guess"}) == 250ms);
  }
  CHECK(door.succeed());
  CHECK(door.failed.wait({"192.0.2.1", "alice", "guess"}) == 250ms);
  CHECK_FALSE(door.succeed());
  door.clock.advance(250ms);
  CHECK(door.succeed());
}

TEST_CASE("attempts are counted for a minute: who is right does not wait for those of an hour") {
  Door door;
  CHECK(door.succeed());
  door.fail_free();
  for (int i = 0; i < 2 * FailedLogins::kSpared; ++i) {
    if (door.failed.wait({"192.0.2.1", "alice", "guess"}) == 0ms) REQUIRE(door.fail() >= 0);
    door.clock.advance(500ms);
    REQUIRE(door.succeed());
  }
}

TEST_CASE("a secret that is no longer good waits like any other") {
  Door door;
  door.fail_free();
  CHECK(door.succeed());
  door.fail_free();
  CHECK(door.fail("alice", "192.0.2.1", "right") == 250);
  CHECK_FALSE(door.succeed());
}

TEST_CASE("other names and other addresses do not wait") {
  Door door;
  door.fail_free();
  CHECK(door.fail() == 250);
  CHECK(door.fail("bob") == 0);
  CHECK(door.fail("alice", "192.0.2.2") == 0);
  CHECK(door.succeed("alice", "192.0.2.2"));
}

TEST_CASE("a name is one however it is written") {
  Door door;
  for (const char* name : {"alice", "ALICE", "Alice", "aLICE", "alICE"}) CHECK(door.fail(name) == 0);
  CHECK(door.fail("AlIcE") == 250);
}

TEST_CASE("an IPv6 address stands for its network, and a mapped one for the IPv4 address") {
  CHECK(network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  CHECK(network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1"));
  CHECK(network_of("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(network_of("192.0.2.1") == "192.0.2.1");
  CHECK(network_of("unix") == "unix");
  CHECK(network_of("") == "");
}

TEST_CASE("an address may fail with so many names, and further ones wait as one") {
  Door door;
  for (size_t i = 0; i < FailedLogins::kNames; ++i) REQUIRE(door.fail("user" + std::to_string(i)) == 0);
  CHECK(door.fail("one more") == 250);
  CHECK(door.fail("another") == -1);
  CHECK_FALSE(door.succeed("new here"));
  CHECK(door.fail("user0") == 0);
  door.clock.advance(250ms);
  CHECK(door.fail("another") == 500);
  CHECK(door.fail("anybody", "192.0.2.2") == 0);
  door.clock.advance(60s);
  CHECK(door.fail("another") == 0);
}

TEST_CASE("whoever logged in before does not wait for the names that others invent") {
  Door door;
  CHECK(door.succeed("bob"));
  for (int i = 0; i < 1000; ++i) door.fail("invented" + std::to_string(i));
  CHECK(door.succeed("bob"));
  CHECK_FALSE(door.succeed("carol"));
}

TEST_CASE("inventing names does not make an address forget its guesses") {
  Door door;
  door.fail_free();
  CHECK(door.fail() == 250);
  int checked = 0;
  for (int i = 0; i < 10000; ++i) checked += door.fail("invented" + std::to_string(i)) >= 0;
  CHECK(checked == FailedLogins::kNames);  // those with a place of their own, and one of all the others
  door.clock.advance(250ms);
  CHECK(door.fail() == 500);
}

TEST_CASE("so many addresses are remembered, and one more pushes out the one that failed first") {
  Door door;
  const auto address = [](size_t i) { return "peer " + std::to_string(i); };
  for (size_t i = 0; i < FailedLogins::kAddresses; ++i) REQUIRE(door.fail("alice", address(i)) == 0);
  CHECK(door.failed.remembered() == FailedLogins::kAddresses);
  CHECK(door.fail("alice", "one more") == 0);
  CHECK(door.failed.remembered() == FailedLogins::kAddresses);
  for (int i = 1; i < FailedLogins::kFree; ++i) door.fail("alice", address(1));
  CHECK(door.fail("alice", address(1)) == 250);  // was still remembered
  door.fail_free("alice", address(0));           // was not
}
