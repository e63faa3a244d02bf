// SPDX-License-Identifier: MIT
#include "login/proven_logins.h"

#include <memory>
#include <string>

#include "support/catch.h"

using namespace restanza;

TEST_CASE("a login that was right is known, with this peer, this name and this secret") {
  const auto proven = std::make_unique<ProvenLogins>();
  CHECK_FALSE(proven->has({"192.0.2.1", "alice", "right"}));
  proven->remember({"192.0.2.1", "alice", "right"});
  CHECK(proven->has({"192.0.2.1", "alice", "right"}));
  CHECK_FALSE(proven->has({"192.0.2.2", "alice", "right"}));
  CHECK_FALSE(proven->has({"192.0.2.1", "bob", "right"}));
  CHECK_FALSE(proven->has({"192.0.2.1", "alice", "wrong"}));
  CHECK_FALSE(proven->has({"192.0.2.1", "right", "alice"}));
}

TEST_CASE("a login that is no longer right is forgotten, and no other one with it") {
  const auto proven = std::make_unique<ProvenLogins>();
  proven->remember({"192.0.2.1", "alice", "right"});
  proven->forget({"192.0.2.1", "alice", "wrong"});
  CHECK(proven->has({"192.0.2.1", "alice", "right"}));
  proven->forget({"192.0.2.1", "alice", "right"});
  CHECK_FALSE(proven->has({"192.0.2.1", "alice", "right"}));
}

TEST_CASE("however many logins are right, the table has so many places") {
  const auto proven = std::make_unique<ProvenLogins>();
  size_t known = 0;
  std::string name;
  for (size_t i = 0; i < 10 * ProvenLogins::kPlaces; ++i) {
    name = "user " + std::to_string(i);
    proven->remember({"192.0.2.1", name, "right"});
  }
  CHECK(proven->has({"192.0.2.1", name, "right"}));
  for (size_t i = 0; i < 10 * ProvenLogins::kPlaces; ++i) {
    name = "user " + std::to_string(i);
    known += proven->has({"192.0.2.1", name, "right"});
  }
  CHECK(known > 0);
  CHECK(known <= ProvenLogins::kPlaces);
}
