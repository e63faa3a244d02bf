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

TEST_CASE(
    "a refused address says which character is not allowed, and how XEP-0106 writes it in a localpart") {
  CHECK(Jid::parse("a b@x").error().text ==
        "the localpart 'a b' has a space, which is not allowed there; XEP-0106 writes it as '\\20'");
  const std::pair<const char*, const char*> escapes[] = {{"\"", "22"}, {"&", "26"}, {"'", "27"},
                                                         {":", "3a"},  {"<", "3c"}, {">", "3e"}};
  for (const auto& [character, code] : escapes) {
    const std::string text = Jid::parse("é" + std::string(character) + "b@x").error().text;
    CAPTURE(text);
    CHECK(text.find("has '" + std::string(character) + "', which") != std::string::npos);
    CHECK(text.find("XEP-0106 writes it as '\\" + std::string(code) + "'") != std::string::npos);
  }
  CHECK(Jid::parse("a@b@c").error().text ==
        "'@' stands twice, and in a localpart it is not allowed; XEP-0106 writes it as '\\40'");
  CHECK(prepared("a\\20b@x") == "a\\20b@x");
}

TEST_CASE("that an escape is missing is told apart from other errors, whatever the address says") {
  using Kind = restanza::Error::Kind;
  CHECK(Jid::parse("a b@x").error().kind == Kind::unescaped);
  CHECK(Jid::parse("a@b@c").error().kind == Kind::unescaped);
  CHECK(Jid::parse("a\tb@x").error().kind == Kind::general);
  CHECK(Jid::parse("a@XEP-0106 x").error().kind == Kind::general);
}

TEST_CASE("a character that XEP-0106 does not escape is named too") {
  CHECK(Jid::parse("a\tb@x").error().text == "the localpart 'a\tb' has U+0009, which is not allowed there");
  CHECK(Jid::parse("a\uFFFDb@x").error().text.find("has U+FFFD, which is not allowed there") !=
        std::string::npos);
  CHECK(Jid::parse("a@x/\U0001D173").error().text.find("has U+1D173, which is not allowed there") !=
        std::string::npos);
  CHECK(Jid::parse("a@x y").error().text == "the domain 'x y' has a space, which no domain has");
  CHECK(Jid::parse("a@x&y").error().text == "the domain 'x&y' has '&', which no domain has");
  CHECK(Jid::parse("@x").error().text == "the localpart is empty");
  CHECK(Jid::parse("a@").error().text == "the domain is empty");
  CHECK(Jid::parse("a@x..").error().text == "the domain 'x.' ends with a dot");
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
