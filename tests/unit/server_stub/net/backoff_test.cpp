// SPDX-License-Identifier: MIT
#include "net/backoff.h"

#include "support/catch.h"

using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("waits double up to the longest, less at most a half, and begin anew after a reset") {
  Backoff backoff(500ms, 3000ms);
  for (const auto whole : {500ms, 1000ms, 2000ms, 3000ms, 3000ms}) {
    const auto wait = backoff.next();
    CHECK(wait <= whole);
    CHECK(wait >= whole / 2);
  }
  backoff.reset();
  CHECK(backoff.next() <= 500ms);
}

TEST_CASE("two components do not wait alike") {
  Backoff one(1h, 1h), other(1h, 1h);
  bool differ = false;
  for (int i = 0; i < 20; ++i) differ = differ || one.next() != other.next();
  CHECK(differ);
}
