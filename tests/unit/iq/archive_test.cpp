// SPDX-License-Identifier: MIT
#include "iq/archive.h"

#include "support/catch.h"
#include "support/stanza.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;
using iq::ArchiveQueries;
using test::stanza;

namespace {

xmpp::Stanza query(const std::string& attributes = " queryid='q1'") {
  return stanza(
      "<iq type='set' id='1' from='rest.localhost' to='room@muc.example'><query xmlns='urn:xmpp:mam:2'" +
      attributes + "/></iq>");
}

xmpp::Stanza result(const std::string& id, const std::string& text = "x",
                    const std::string& from = " from='room@muc.example'",
                    const std::string& to = "rest.localhost") {
  return stanza("<message" + from + " to='" + to + "'><result xmlns='urn:xmpp:mam:2' queryid='" + id +
                "' id='a'>" + text + "</result></message>");
}

xmpp::Stanza fin(const std::string& attributes = "") {
  return stanza(
      "<iq type='result' id='1' from='room@muc.example' to='rest.localhost'>"
      "<fin xmlns='urn:xmpp:mam:2'" +
      attributes + "/></iq>");
}

// Begins it; the id that it leaves with.
std::string begun(ArchiveQueries& queries, xmpp::Stanza iq = query(), bool from_account = false) {
  return queries.begin(iq, from_account);
}

// The messages without the answer.
std::vector<xmpp::Stanza> gathered(ArchiveQueries& queries, const std::string& ticket) {
  auto all = queries.end(ticket, fin());
  REQUIRE_FALSE(all.empty());
  all.pop_back();
  return all;
}

}  // namespace

TEST_CASE("the messages of a query are gathered in their order, and the answer comes last") {
  ArchiveQueries queries;
  const auto ticket = begun(queries);
  REQUIRE_FALSE(ticket.empty());
  CHECK(queries.take(result(ticket, "one")));
  CHECK(queries.take(result(ticket, "two")));
  const auto stanzas = queries.end(ticket, fin());
  REQUIRE(stanzas.size() == 3);
  CHECK(stanzas[0].xml == result("q1", "one").xml);
  CHECK(stanzas[1].xml == result("q1", "two").xml);
  CHECK(stanzas[2].xml == fin().xml);
  CHECK_FALSE(queries.take(result(ticket, "late")));
}

TEST_CASE("a query leaves with an id of its own, whether its caller gave it one or not") {
  ArchiveQueries queries;
  for (const char* attributes : {" queryid='q1'", ""}) {
    CAPTURE(attributes);
    auto iq = query(attributes);
    const auto ticket = queries.begin(iq, false);
    CHECK(iq.xml == query(" queryid='" + ticket + "'").xml);
    CHECK(iq.id == "1");
    auto again = query(attributes);
    CHECK(queries.begin(again, false) != ticket);
  }
}

TEST_CASE("two queries of one sender to one archive, with the same id or with none, do not mix") {
  for (const char* attributes : {" queryid='q1'", ""}) {
    CAPTURE(attributes);
    ArchiveQueries queries;
    const auto first = begun(queries, query(attributes)), second = begun(queries, query(attributes));
    CHECK(queries.take(result(second, "for the second")));
    CHECK(queries.take(result(first, "for the first")));
    const auto of_first = gathered(queries, first), of_second = gathered(queries, second);
    REQUIRE(of_first.size() == 1);
    REQUIRE(of_second.size() == 1);
    CHECK_THAT(of_first[0].xml, Contains("for the first"));
    CHECK_THAT(of_second[0].xml, Contains("for the second"));
  }
}

TEST_CASE("the caller's id stands wherever the archive repeats the one that the query left with") {
  const std::string caller = " queryid='mine &amp; &lt;yours>'";
  for (const std::string& attributes : {caller, std::string()}) {
    CAPTURE(attributes);
    ArchiveQueries queries;
    const auto ticket = begun(queries, query(attributes));
    CHECK(queries.take(result(ticket)));
    const auto stanzas = queries.end(ticket, fin(" queryid='" + ticket + "' complete='true'"));
    REQUIRE(stanzas.size() == 2);
    CHECK(xml::parse(stanzas[0].xml)->root().first().attribute("queryid") ==
          xml::parse(query(attributes).xml)->root().first().attribute("queryid"));
    CHECK(xml::write(xml::parse(stanzas[1].xml)->root()) ==
          xml::write(xml::parse(fin(attributes + " complete='true'").xml)->root()));
  }
}

TEST_CASE("an error that repeats the query has the caller's id, and nothing else of it changes") {
  ArchiveQueries queries;
  const auto ticket = begun(queries);
  const auto error = [](const std::string& id) {
    return stanza(
        "<iq type='error' id='1' from='room@muc.example' to='rest.localhost'><query "
        "xmlns='urn:xmpp:mam:2' queryid='" +
        id + "'/><error type='cancel'><text>" + id + "</text></error></iq>");
  };
  const auto told = queries.end(ticket, error(ticket)).back().xml;
  CHECK_THAT(told, Contains("queryid='q1'"));
  CHECK_THAT(told, Contains("<text>" + ticket + "</text>"));
}

TEST_CASE("only the archive that was asked can answer, and only with the id that the query left with") {
  ArchiveQueries queries;
  const auto ticket = begun(queries);
  CHECK_FALSE(queries.take(result(ticket, "x", " from='eve@evil.example'")));
  CHECK_FALSE(queries.take(result(ticket, "x", "")));
  CHECK_FALSE(queries.take(result("q1")));
  CHECK_FALSE(queries.take(result(ticket, "x", " from='room@muc.example'", "other@rest.localhost")));
  CHECK_FALSE(
      queries.take(stanza("<message from='room@muc.example' to='rest.localhost'><body>x</body></message>")));
  CHECK(gathered(queries, ticket).empty());
}

TEST_CASE("an account's own archive may answer without from") {
  ArchiveQueries queries;
  const auto iq =
      stanza("<iq type='set' id='1' from='a@x/r'><query xmlns='urn:xmpp:mam:2' queryid='q1'/></iq>");
  const auto ticket = begun(queries, iq, true);
  CHECK(queries.take(result(ticket, "x", "", "a@x/r")));
  CHECK(queries.take(result(ticket, "x", " from='a@x'", "a@x/r")));
  CHECK_FALSE(queries.take(result(ticket, "x", " from='b@x'", "a@x/r")));
  CHECK(gathered(queries, ticket).size() == 2);
}

TEST_CASE("what is no archive query gathers nothing and stays as it is") {
  ArchiveQueries queries;
  auto ping = stanza("<iq type='get' id='1' from='a' to='b'><ping xmlns='urn:xmpp:ping'/></iq>");
  const auto before = ping.xml;
  CHECK(queries.begin(ping, false).empty());
  CHECK(ping.xml == before);
  CHECK_FALSE(queries.take(result("")));
  CHECK(queries.end("", ping).size() == 1);
}

TEST_CASE("a query that is cancelled gathers nothing more") {
  ArchiveQueries queries;
  const auto ticket = begun(queries), other = begun(queries);
  queries.cancel(ticket);
  queries.cancel(ticket);
  CHECK_FALSE(queries.take(result(ticket)));
  CHECK(queries.take(result(other)));
}

TEST_CASE("a query holds as many messages as its limit, and the rest is left out") {
  ArchiveQueries queries;
  const auto ticket = begun(queries);
  for (size_t i = 0; i < ArchiveQueries::kMaxMessages + 1; ++i) CHECK(queries.take(result(ticket)));
  CHECK(gathered(queries, ticket).size() == ArchiveQueries::kMaxMessages);
}

TEST_CASE("a query holds as many bytes as its limit, and the rest is left out") {
  ArchiveQueries queries;
  const auto ticket = begun(queries);
  const auto frame = result("q1", "").xml.size();
  const auto half = result(ticket, std::string(ArchiveQueries::kMaxBytes / 2 - frame, 'x'));
  CHECK(queries.take(half));
  CHECK(queries.take(half));
  CHECK(queries.take(result(ticket, "one more")));
  CHECK(gathered(queries, ticket).size() == 2);
}
