// SPDX-License-Identifier: MIT
#include "iq/archive.h"

#include "support/catch.h"

using namespace restanza;
using iq::ArchiveQueries;

namespace {

xmpp::Stanza stanza(const std::string& xml) {
  return *xmpp::parse_stanza(xml);
}

xmpp::Stanza query(const std::string& to = " to='room@muc.example'") {
  return stanza("<iq type='set' id='1' from='rest.localhost'" + to +
                "><query xmlns='urn:xmpp:mam:2' queryid='q1'/></iq>");
}

xmpp::Stanza result(const std::string& text = "x", const std::string& from = " from='room@muc.example'",
                    const std::string& id = "q1", const std::string& to = "rest.localhost") {
  return stanza("<message" + from + " to='" + to + "'><result xmlns='urn:xmpp:mam:2' queryid='" + id +
                "' id='a'>" + text + "</result></message>");
}

}  // namespace

TEST_CASE("the messages of a query are gathered in their order") {
  ArchiveQueries queries;
  const auto ticket = queries.begin(query(), false);
  REQUIRE(ticket != 0);
  CHECK(queries.take(result("one")));
  CHECK(queries.take(result("two")));
  const auto messages = queries.end(ticket);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].xml == result("one").xml);
  CHECK(messages[1].xml == result("two").xml);
  CHECK_FALSE(queries.take(result("late")));
}

TEST_CASE("only the archive that was asked can answer, and only with the query's id") {
  ArchiveQueries queries;
  const auto ticket = queries.begin(query(), false);
  CHECK_FALSE(queries.take(result("x", " from='eve@evil.example'")));
  CHECK_FALSE(queries.take(result("x", "")));
  CHECK_FALSE(queries.take(result("x", " from='room@muc.example'", "q2")));
  CHECK_FALSE(queries.take(result("x", " from='room@muc.example'", "q1", "other@rest.localhost")));
  CHECK_FALSE(
      queries.take(stanza("<message from='room@muc.example' to='rest.localhost'><body>x</body></message>")));
  CHECK(queries.end(ticket).empty());
}

TEST_CASE("an account's own archive may answer without from") {
  ArchiveQueries queries;
  const auto iq =
      stanza("<iq type='set' id='1' from='a@x/r'><query xmlns='urn:xmpp:mam:2' queryid='q1'/></iq>");
  const auto ticket = queries.begin(iq, true);
  CHECK(queries.take(result("x", "", "q1", "a@x/r")));
  CHECK(queries.take(result("x", " from='a@x'", "q1", "a@x/r")));
  CHECK_FALSE(queries.take(result("x", " from='b@x'", "q1", "a@x/r")));
  CHECK(queries.end(ticket).size() == 2);
}

TEST_CASE("what is no archive query gathers nothing") {
  ArchiveQueries queries;
  CHECK(queries.begin(stanza("<iq type='get' id='1' from='a' to='b'><ping xmlns='urn:xmpp:ping'/></iq>"),
                      false) == 0);
  CHECK_FALSE(queries.take(result()));
}

TEST_CASE("a query holds as many messages as its limit, and the rest is left out") {
  ArchiveQueries queries;
  const auto ticket = queries.begin(query(), false);
  for (size_t i = 0; i < ArchiveQueries::kMaxMessages + 1; ++i) CHECK(queries.take(result()));
  CHECK(queries.end(ticket).size() == ArchiveQueries::kMaxMessages);
}

TEST_CASE("a query holds as many bytes as its limit, and the rest is left out") {
  ArchiveQueries queries;
  const auto ticket = queries.begin(query(), false);
  const auto frame = result("").xml.size();
  const auto half = result(std::string(ArchiveQueries::kMaxBytes / 2 - frame, 'x'));
  CHECK(queries.take(half));
  CHECK(queries.take(half));
  CHECK(queries.take(result("one more")));
  CHECK(queries.end(ticket).size() == 2);
}
