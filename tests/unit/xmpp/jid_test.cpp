// SPDX-License-Identifier: MIT
#include "xmpp/jid.h"

#include "support/catch.h"

using namespace restanza;
using xmpp::Jid;

namespace {

std::string prepared(std::string_view text) {
  const auto jid = Jid::parse(text);
  const auto whole = xmpp::prepared(std::string(text));
  CHECK(static_cast<bool>(whole) == static_cast<bool>(jid));
  if (jid && whole) CHECK(*whole == jid->full());
  return jid ? jid->full() : "refused";
}

}  // namespace

TEST_CASE("addresses are prepared part by part") {
  CHECK(prepared("BOB@LocalHost/Res") == "bob@localhost/Res");
  CHECK(prepared("ÅsA@localhost") == "åsa@localhost");
  CHECK(prepared("localhost") == "localhost");
  CHECK(prepared("example.org.") == "example.org");
  CHECK(prepared("[::1]") == "[::1]");
  CHECK(prepared("a_b@under_score.example") == "a_b@under_score.example");
}

TEST_CASE("the first slash begins the resource, whatever it holds") {
  CHECK(prepared("x.org/a@b") == "x.org/a@b");
  CHECK(prepared("a@x.org/r/s@t") == "a@x.org/r/s@t");
  const auto jid = Jid::parse("room@muc.example/Some One");
  REQUIRE(jid);
  CHECK(jid->node == "room");
  CHECK(jid->domain == "muc.example");
  CHECK(jid->resource == "Some One");
  CHECK(jid->bare() == "room@muc.example");
}

TEST_CASE("what is no address is refused") {
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("@@"), std::string_view("@x"), std::string_view("a@"),
        std::string_view("a@x/"), std::string_view("/r"), std::string_view("a@b@c"),
        std::string_view("a b@x"), std::string_view("a@x y"), std::string_view("a@x\0y", 5),
        std::string_view("\xFF@x"), std::string_view("a\"b@x"), std::string_view("a@<x>"),
        std::string_view(" "), std::string_view("a.."), std::string_view("."),
        std::string_view("x@a\uFF0E")}) {
    CAPTURE(bad);
    CHECK(prepared(bad) == "refused");
  }
}

TEST_CASE("a part may have 1023 bytes and no more") {
  const std::string longest(1023, 'a');
  CHECK(Jid::parse(longest + "@" + longest + "/" + longest));
  CHECK_FALSE(Jid::parse(longest + "a@x"));
  CHECK_FALSE(Jid::parse("a@" + longest + "a"));
  CHECK_FALSE(Jid::parse("a@x/" + longest + "a"));
  CHECK_FALSE(Jid::parse("A" + longest + "@x"));
}

TEST_CASE("parts of prepared addresses are found without parsing") {
  CHECK(xmpp::bare_of("a@x/r/s") == "a@x");
  CHECK(xmpp::domain_of("a@x/r@s") == "x");
  CHECK(xmpp::domain_of("x/a@b") == "x");
}

TEST_CASE("SASLprep maps what RFC 4013 section 3 shows") {
  CHECK(*xmpp::saslprep("I\xC2\xADX") == "IX");
  CHECK(*xmpp::saslprep("\xC2\xAA") == "a");
  CHECK(*xmpp::saslprep("USER") == "USER");
  CHECK_FALSE(xmpp::saslprep("\x07"));
}
