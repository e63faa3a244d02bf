// SPDX-License-Identifier: MIT
// Who reads: one who asks, and others beside it up to a limit.
#include "feed/readers.h"

#include "support/catch.h"

using namespace restanza::feed;

namespace {

struct Nobody final : Reader {
  void news() override {}
  void superseded() override {}
  void ending() override {}
};

std::shared_ptr<Reader> reader() {
  return std::make_shared<Nobody>();
}

}  // namespace

TEST_CASE("who asks takes the place of whoever asked before, and not of those who follow") {
  Readers readers;
  CHECK_FALSE(readers.any());
  const auto first = reader(), second = reader(), beside = reader();
  CHECK(readers.attend(first) == nullptr);
  CHECK(readers.follow(beside));
  CHECK(readers.attend(second) == first);
  CHECK(readers.all() == std::vector<std::shared_ptr<Reader>>{beside, second});
}

TEST_CASE("who leaves is handed out, once") {
  Readers readers;
  const auto asks = reader(), follows = reader(), other = reader();
  readers.attend(asks);
  readers.follow(follows);
  CHECK(readers.leave(*other) == nullptr);
  CHECK(readers.leave(*asks) == asks);
  CHECK(readers.leave(*asks) == nullptr);
  CHECK(readers.any());
  CHECK(readers.leave(*follows) == follows);
  CHECK_FALSE(readers.any());
  CHECK(readers.all().empty());
}

TEST_CASE("so many may follow and no more, until one leaves") {
  Readers readers;
  const auto one = reader();
  REQUIRE(readers.follow(one));
  for (size_t i = 1; i < Readers::kFollowers; ++i) REQUIRE(readers.follow(reader()));
  CHECK_FALSE(readers.follow(reader()));
  readers.leave(*one);
  CHECK(readers.follow(reader()));
}
