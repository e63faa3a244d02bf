// SPDX-License-Identifier: MIT
#include "subscription/places.h"

#include "support/catch.h"

using namespace restanza::subscription;

TEST_CASE("there are as many places as the limit says, and one more is refused until one is given back") {
  Places places(2);
  CHECK(places.take());
  CHECK(places.take());
  CHECK_FALSE(places.take());
  CHECK_FALSE(places.take());
  places.give_back();
  CHECK(places.take());
  CHECK_FALSE(places.take());
}

TEST_CASE("what waits already has its place beyond the limit, which counts against those who come") {
  Places places(2);
  for (int i = 0; i < 3; ++i) places.take_beyond();
  CHECK_FALSE(places.take());
  places.give_back();
  CHECK_FALSE(places.take());
  places.give_back();
  CHECK(places.take());
}

TEST_CASE("another limit is for those who come then") {
  Places places(2);
  CHECK(places.take());
  CHECK(places.take());
  places.set_limit(1);
  places.give_back();
  CHECK_FALSE(places.take());
  places.set_limit(2);
  CHECK(places.take());
}
