// SPDX-License-Identifier: MIT
#include "config/token.h"

#include "support/catch.h"

using restanza::config::covers;

TEST_CASE("a pattern covers every resource of the addresses that it covers") {
  CHECK(covers("*@localhost", "bob@localhost"));
  CHECK(covers("*@localhost", "bob@localhost/phone"));
  CHECK(covers("*", "anything@any.where/at all"));
  CHECK_FALSE(covers("*@localhost", "bob@localhost.evil"));
}

TEST_CASE("a star does not reach into the resource, which its owner chooses") {
  CHECK_FALSE(covers("*@good.example", "eve@evil.example/x@good.example"));
  CHECK(covers("room@muc.example/*", "room@muc.example/nick"));
  CHECK_FALSE(covers("room@muc.example/*", "room@muc.example"));
}
