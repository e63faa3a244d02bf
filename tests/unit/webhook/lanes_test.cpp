// SPDX-License-Identifier: MIT
#include "webhook/lanes.h"

#include "support/catch.h"

using namespace restanza;
using webhook::Lanes;

namespace {

xmpp::Stanza message(const std::string& from, const std::string& id) {
  return *xmpp::parse_stanza("<message from='" + from + "' to='bot@rest.localhost' id='" + id + "'/>");
}

}  // namespace

TEST_CASE("a conversation keeps its order and has one stanza at work") {
  Lanes lanes({10, 10000});
  REQUIRE(lanes.push(message("a@x/phone", "a1")));
  REQUIRE(lanes.push(message("a@x/desk", "a2")));
  REQUIRE(lanes.push(message("b@x", "b1")));
  const auto first = lanes.next();
  CHECK(first->stanza.id == "a1");
  const auto second = lanes.next();
  CHECK(second->stanza.id == "b1");  // a2 belongs to a1's conversation
  lanes.finish(*first);
  CHECK(lanes.next()->stanza.id == "a2");
}

TEST_CASE("conversations take turns, so that a backlog does not go first") {
  Lanes lanes({10, 10000});
  for (const char* id : {"a1", "a2", "a3"}) REQUIRE(lanes.push(message("a@x", id)));
  for (const char* id : {"b1", "b2"}) REQUIRE(lanes.push(message("b@x", id)));
  std::string order;
  for (int i = 0; i < 5; ++i) {
    const auto work = lanes.next();
    order += work->stanza.id + " ";
    lanes.finish(*work);
  }
  CHECK(order == "a1 b1 a2 b2 a3 ");
}

TEST_CASE("the lanes hold as many stanzas as their limit and not one more") {
  Lanes lanes({2, 10000});
  CHECK(lanes.push(message("a@x", "1")));
  CHECK(lanes.push(message("b@x", "2")));
  CHECK_FALSE(lanes.push(message("c@x", "3")));
  const auto work = lanes.next();  // at work, so it waits no more
  CHECK(lanes.push(message("c@x", "3")));
  CHECK_FALSE(lanes.push(message("d@x", "4")));
  CHECK(lanes.waiting() == 2);
}

TEST_CASE("the lanes hold as many bytes as their limit and not one more") {
  const auto one = message("a@x", "1");
  Lanes exact({10, one.xml.size()});
  CHECK(exact.push(xmpp::Stanza(one)));
  CHECK_FALSE(exact.push(xmpp::Stanza(one)));
  const auto work = exact.next();
  CHECK(exact.push(xmpp::Stanza(one)));
  Lanes less({10, one.xml.size() - 1});
  CHECK_FALSE(less.push(xmpp::Stanza(one)));
}

TEST_CASE("a drain takes no more and is done after the last stanza, once") {
  Lanes lanes({10, 10000});
  REQUIRE(lanes.push(message("a@x", "1")));
  REQUIRE(lanes.push(message("a@x", "2")));
  int done = 0;
  lanes.drain([&] { ++done; });
  CHECK_FALSE(lanes.push(message("b@x", "3")));
  const auto first = lanes.next();
  lanes.finish(*first);
  CHECK(done == 0);
  const auto second = lanes.next();
  CHECK(done == 0);
  lanes.finish(*second);
  CHECK(done == 1);
  lanes.close();
  CHECK(done == 1);
}

TEST_CASE("a drain of empty lanes is done at once") {
  Lanes lanes({10, 10000});
  int done = 0;
  lanes.drain([&] { ++done; });
  CHECK(done == 1);
}

TEST_CASE("closed lanes give nothing to work on, and hand over the rest") {
  Lanes lanes({10, 10000});
  REQUIRE(lanes.push(message("a@x", "1")));
  REQUIRE(lanes.push(message("a@x", "2")));
  int done = 0;
  lanes.drain([&] { ++done; });
  lanes.close();
  CHECK_FALSE(lanes.next());
  CHECK_FALSE(lanes.push(message("a@x", "3")));
  std::string order;
  while (const auto work = lanes.rest()) {
    order += work->stanza.id + " ";
    CHECK(done == 0);
    lanes.finish(*work);
  }
  CHECK(order == "1 2 ");
  CHECK(done == 1);
}
