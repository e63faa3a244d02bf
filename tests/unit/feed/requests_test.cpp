// SPDX-License-Identifier: MIT
// Iqs that wait for the answer of somebody who reads.
#include "feed/requests.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::feed;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const xmpp::Stanza> iq(const std::string& id, const std::string& type = "get") {
  xmpp::Stanza stanza;
  stanza.kind = xmpp::Kind::iq;
  stanza.type = type;
  stanza.id = id;
  stanza.from = "a@localhost/x";
  stanza.to = "bot@rest.localhost";
  return std::make_shared<const xmpp::Stanza>(std::move(stanza));
}

xmpp::Stanza answer(const std::string& id, const std::string& type = "result") {
  xmpp::Stanza stanza = *iq(id, type);
  std::swap(stanza.from, stanza.to);
  return stanza;
}

struct Asked {
  FakeClock clock;
  Timer timer{clock};
  std::string late;
  Requests requests{
      timer, [this](const auto& one, uint64_t number) { late += one->id + std::to_string(number) + " "; }};

  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    timer.run_due();
  }
};

}  // namespace

TEST_CASE("an iq waits for its own answer, once") {
  Asked a;
  REQUIRE(a.requests.add(iq("1"), 1, 30s));
  REQUIRE(a.requests.add(iq("2"), 2, 30s));
  CHECK(a.requests.answered_by(answer("3")) == 0);
  CHECK(a.requests.answered_by(*iq("1")) == 0);
  CHECK(a.requests.answered_by(answer("2", "set")) == 0);
  CHECK(a.requests.answered_by(answer("2", "error")) == 2);
  CHECK(a.requests.answered_by(answer("2", "error")) == 0);
  CHECK(a.requests.size() == 1);
  a.pass(30s);
  CHECK(a.late == "11 ");
  CHECK(a.requests.size() == 0);
  CHECK(a.requests.answered_by(answer("1")) == 0);
}

TEST_CASE("each iq has its own time, also where a sender has used an id twice") {
  Asked a;
  REQUIRE(a.requests.add(iq("1"), 1, 30s));
  a.pass(10s);
  REQUIRE(a.requests.add(iq("1"), 2, 30s));
  a.pass(20s);
  CHECK(a.late == "11 ");
  CHECK(a.requests.answered_by(answer("1")) == 2);
  a.pass(30s);
  CHECK(a.late == "11 ");
}

TEST_CASE("kMax iqs wait, and one more finds no room") {
  Asked a;
  for (size_t i = 0; i < Requests::kMax; ++i) REQUIRE(a.requests.add(iq(std::to_string(i)), i + 1, 30s));
  CHECK_FALSE(a.requests.add(iq("more"), 0, 30s));
  CHECK(a.requests.give_up().size() == Requests::kMax);
  CHECK(a.requests.size() == 0);
  a.pass(30s);
  CHECK(a.late.empty());
}
