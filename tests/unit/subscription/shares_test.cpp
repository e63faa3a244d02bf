// SPDX-License-Identifier: MIT
#include "subscription/shares.h"

#include <cstdint>

#include "support/catch.h"

using namespace restanza::subscription;

namespace {

// How many of a standing may begin beside so many of another that have begun.
size_t room(size_t at_once, Standing standing, size_t taken = 0, Standing by = Standing::quick) {
  Shares shares(at_once);
  for (size_t i = 0; i < taken; ++i) shares.take(by);
  size_t begun = 0;
  for (; begun < 1000 && shares.has_room(standing); ++begun) shares.take(standing);
  return begun;
}

}  // namespace

TEST_CASE("of the requests at once half may be of conversations that fail, and all but one of unknown ones") {
  CHECK(room(8, Standing::failing) == 4);
  CHECK(room(8, Standing::open) == 7);
  CHECK(room(8, Standing::open, 4, Standing::failing) == 3);
  CHECK(room(8, Standing::failing, 5, Standing::open) == 2);
  CHECK(room(8, Standing::open, 8, Standing::quick) == 7);  // who is quick takes nothing from the others
  CHECK(room(8, Standing::quick, 7, Standing::open) == 1000);
}

TEST_CASE("where few requests run at once everybody still gets one") {
  for (size_t at_once = 1; at_once < Shares::kFewest; ++at_once) {
    CHECK(room(at_once, Standing::failing) == 1);
    CHECK(room(at_once, Standing::open) == at_once);
  }
  CHECK(room(Shares::kFewest, Standing::open) == Shares::kFewest - 1);
  CHECK(room(SIZE_MAX, Standing::open) == 1000);
}

TEST_CASE("what has ended leaves its room to the next") {
  Shares shares(1);
  shares.take(Standing::failing);
  CHECK_FALSE(shares.has_room(Standing::failing));
  shares.give_back(Standing::failing);
  CHECK(shares.has_room(Standing::failing));
}

TEST_CASE("the last room of those that are not quick is told from the others") {
  Shares shares(8);
  for (int taken = 0; taken < 6; ++taken) {
    CHECK_FALSE(shares.only_one_left());
    shares.take(taken < 3 ? Standing::open : Standing::failing);
  }
  CHECK(shares.only_one_left());
  shares.take(Standing::open);
  CHECK(shares.only_one_left());  // also where nobody is quick, and all are used
  Shares few(Shares::kFewest - 1);
  for (size_t taken = 0; taken < Shares::kFewest; ++taken) {
    CHECK_FALSE(few.only_one_left());
    few.take(Standing::open);
  }
}
