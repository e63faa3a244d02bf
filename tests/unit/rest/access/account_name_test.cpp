// SPDX-License-Identifier: MIT
#include "rest/access/account_name.h"

#include "support/catch.h"

using namespace restanza::rest;

TEST_CASE("a name means one account however it is written") {
  for (const char* name :
       {"alice", "ALICE", "alice@localhost", "Alice@LOCALHOST", "alice/phone", "alice@localhost/x"}) {
    CHECK(account_of(name) == "alice");
  }
  CHECK(account_of("rest.localhost") == account_of("REST.localhost"));
  CHECK(account_of("alice@no domain") == "alice");
  CHECK(account_of("bob") != account_of("alice"));
  CHECK(account_of("with space") == "with space");
  CHECK(account_of("") == "");
}
