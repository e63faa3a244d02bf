// SPDX-License-Identifier: MIT
#include "rest/access/good_passwords.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

TEST_CASE("a right password is known for five seconds since it was checked, and then no more") {
  FakeClock clock;
  GoodPasswords good(clock);
  CHECK_FALSE(good.account("alice", "wonder"));
  good.remember("alice", "wonder", "alice@localhost");
  clock.advance(4999ms);
  CHECK(good.account("alice", "wonder") == "alice@localhost");  // which is no check
  clock.advance(1ms);
  CHECK_FALSE(good.account("alice", "wonder"));
  good.remember("alice", "wonder", "alice@localhost");
  CHECK(good.account("alice", "wonder") == "alice@localhost");
}

TEST_CASE("a password that is checked again is known for five seconds more") {
  FakeClock clock;
  GoodPasswords good(clock);
  good.remember("alice", "wonder", "alice@localhost");
  clock.advance(3s);
  good.remember("bob", "builder", "bob@localhost");
  good.remember("alice", "wonder", "alice@elsewhere");
  clock.advance(4s);
  CHECK(good.account("alice", "wonder") == "alice@elsewhere");
  CHECK(good.account("bob", "builder") == "bob@localhost");
  clock.advance(1s);
  CHECK_FALSE(good.account("alice", "wonder"));
  CHECK_FALSE(good.account("bob", "builder"));
}

TEST_CASE("it is known of that name and that password together, as they were written") {
  FakeClock clock;
  GoodPasswords good(clock);
  good.remember("ab", "cd", "ab@localhost");
  for (const auto& [name, password] : {std::pair("ab", "c"),
                                       {"ab", "cde"},
                                       {"a", "bcd"},
                                       {"abc", "d"},
                                       {"AB", "cd"},
                                       {"", "abcd"},
                                       {"abcd", ""},
                                       {"", ""}}) {
    INFO(name << ":" << password);
    CHECK_FALSE(good.account(name, password));
  }
  good.remember("", "", "nobody@localhost");
  CHECK(good.account("", "") == "nobody@localhost");
  CHECK(good.account("ab", "cd") == "ab@localhost");
}

TEST_CASE("so many passwords are known, and for one more the oldest is forgotten") {
  FakeClock clock;
  GoodPasswords good(clock);
  const auto name = [](size_t i) { return "user" + std::to_string(i); };
  for (size_t i = 0; i < GoodPasswords::kLimit; ++i) good.remember(name(i), "x", name(i) + "@localhost");
  CHECK(good.account(name(0), "x") == "user0@localhost");
  good.remember("one more", "x", "more@localhost");
  CHECK_FALSE(good.account(name(0), "x"));
  CHECK(good.account(name(1), "x") == "user1@localhost");
  CHECK(good.account("one more", "x") == "more@localhost");
}
