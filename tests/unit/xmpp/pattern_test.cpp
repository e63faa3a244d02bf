// SPDX-License-Identifier: MIT
#include "xmpp/pattern.h"

#include "support/catch.h"

using restanza::xmpp::covers;

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

TEST_CASE("one pattern of a list is enough, and an empty list covers everything") {
  const std::vector<std::string> two = {"a@localhost", "b@localhost"};
  CHECK(covers(two, "b@localhost/r"));
  CHECK_FALSE(covers(two, "c@localhost"));
  CHECK(covers(std::vector<std::string>(), "c@localhost"));
}
