// SPDX-License-Identifier: MIT
#include "rest/resources/delivery_query.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

Result<DeliveryQuery, Refusal> read(std::string_view query, bool paged = true) {
  const auto members = query_members(query);
  if (!members) return members.error();
  return delivery_query(*members, paged);
}

}  // namespace

TEST_CASE("a query names deliveries by state, endpoint and time") {
  const auto query =
      read("state=dead&endpoint=a%20b&after=2030-01-01T02:00:00+02:00&before=2030-01-01T00:00:01Z");
  REQUIRE(query);
  CHECK(query->filter.state == journal::State::dead);
  CHECK(query->filter.endpoint == "a b");
  CHECK(query->filter.after == WallTime(1893456000s));
  CHECK(query->filter.before == WallTime(1893456001s));
  CHECK(query->limit == 100);
  CHECK(query->beyond == 0);
  CHECK(read("state=waiting")->filter.state == journal::State::waiting);
  CHECK_FALSE(read("")->filter.state);
}

TEST_CASE("a page has 1 to 1000 deliveries and begins beyond another one's last") {
  CHECK(read("limit=1")->limit == 1);
  CHECK(read("limit=1000")->limit == 1000);
  CHECK(read("beyond=9223372036854775807")->beyond == 9223372036854775807);
  for (const char* wrong : {"limit=0", "limit=1001", "limit=", "limit=-1", "limit=99999999999999999999",
                            "beyond=9223372036854775808", "beyond=x", "beyond="}) {
    CAPTURE(wrong);
    const auto query = read(wrong);
    REQUIRE_FALSE(query);
    CHECK(query.error().status == 400);
  }
}

TEST_CASE("what is not understood is named") {
  const struct {
    const char* query;
    const char* named;
  } kWrong[] = {{"state=alive", "state"},   {"after=yesterday", "after"},
                {"before=", "before"},      {"endpoint=", "endpoint"},
                {"sate=dead", "'sate'"},    {"state=%zz", "escape"},
                {"endpoint=%FF", "escape"}, {"=x", "''"}};
  for (const auto& wrong : kWrong) {
    CAPTURE(wrong.query);
    const auto query = read(wrong.query);
    REQUIRE_FALSE(query);
    CHECK(query.error().status == 400);
    CHECK(query.error().text.find(wrong.named) != std::string::npos);
  }
  REQUIRE_FALSE(read("limit=5", false));
  REQUIRE_FALSE(read("beyond=5", false));
}

TEST_CASE("a body says it in JSON, and goes before the query") {
  http::Request request;
  request.query = "state=waiting";
  CHECK(*members_of(request) == Members{{"state", "waiting"}});
  request.body = R"({"endpoint": "a", "limit": 5})";
  CHECK(members_of(request).error().status == 415);
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  CHECK(*members_of(request) == Members{{"endpoint", "a"}, {"limit", "5"}});
  for (const char* wrong : {"[]", "{", R"({"state": null})", R"({"state": {}})", "7"}) {
    CAPTURE(wrong);
    request.body = wrong;
    REQUIRE_FALSE(members_of(request));
    CHECK(members_of(request).error().status == 400);
  }
}
