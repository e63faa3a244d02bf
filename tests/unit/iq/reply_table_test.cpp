// SPDX-License-Identifier: MIT
#include "iq/reply_table.h"

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/stanza.h"

using namespace restanza;
using namespace std::chrono_literals;
using iq::End;
using iq::ReplyTable;
using test::stanza;

namespace {

constexpr auto kOk = ReplyTable::Parked::ok;

struct Waiting {
  FakeClock clock;
  Timer timer{clock};
  ReplyTable table{2, timer};
  std::string seen;
  ReplyTable::Ticket ticket = 0;

  ReplyTable::Parked park(ReplyTable::Request request) {
    return table.park(
        request,
        [this](End end, const xmpp::Stanza* answer) {
          seen += end == End::answered ? answer->xml : end == End::expired ? "expired" : "drained";
        },
        ticket);
  }
};

}  // namespace

TEST_CASE("an answer finds its request by from, to and id together") {
  Waiting w;
  REQUIRE(w.park({"rest.localhost", "bob@localhost/r", "1"}) == kOk);
  CHECK_FALSE(
      w.table.answer(stanza("<iq type='result' id='2' from='bob@localhost/r' to='rest.localhost'/>")));
  CHECK_FALSE(
      w.table.answer(stanza("<iq type='result' id='1' from='eve@localhost/r' to='rest.localhost'/>")));
  CHECK_FALSE(w.table.answer(stanza("<iq type='result' id='1' from='bob@localhost' to='rest.localhost'/>")));
  CHECK_FALSE(w.table.answer(stanza("<iq type='result' id='1' from='localhost' to='rest.localhost'/>")));
  CHECK_FALSE(w.table.answer(stanza("<iq type='result' id='1' to='rest.localhost'/>")));
  CHECK_FALSE(
      w.table.answer(stanza("<iq type='result' id='1' from='bob@localhost/r' to='x@rest.localhost'/>")));
  CHECK_FALSE(w.table.answer(stanza("<iq type='get' id='1' from='bob@localhost/r' to='rest.localhost'/>")));
  CHECK_FALSE(
      w.table.answer(stanza("<message type='error' id='1' from='bob@localhost/r' to='rest.localhost'/>")));
  CHECK(w.seen.empty());
  CHECK(w.table.answer(stanza("<iq type='error' id='1' from='bob@localhost/r' to='rest.localhost'/>")));
  CHECK(w.seen == "<iq type='error' id='1' from='bob@localhost/r' to='rest.localhost'/>");
  CHECK_FALSE(
      w.table.answer(stanza("<iq type='result' id='1' from='bob@localhost/r' to='rest.localhost'/>")));
  CHECK(w.table.size() == 0);
}

TEST_CASE("the server answers for an account's own address in each of its ways") {
  for (const std::string to : {"", "alice@localhost"}) {
    for (const std::string from : {"", " from='alice@localhost'", " from='localhost'"}) {
      CAPTURE(to, from);
      Waiting w;
      REQUIRE(w.park({"alice@localhost/r", to, "1", true}) == kOk);
      CHECK_FALSE(
          w.table.answer(stanza("<iq type='result' id='1' from='bob@localhost' to='alice@localhost/r'/>")));
      CHECK(w.table.answer(stanza("<iq type='result' id='1'" + from + " to='alice@localhost/r'/>")));
    }
  }
}

TEST_CASE("a deadline ends an entry, and an answer after it finds nobody") {
  Waiting w;
  REQUIRE(w.park({"a", "b", "1", false, 50ms}) == kOk);
  w.clock.advance(49ms);
  w.timer.run_due();
  CHECK(w.seen.empty());
  w.clock.advance(1ms);
  w.timer.run_due();
  CHECK(w.seen == "expired");
  CHECK_FALSE(w.table.answer(stanza("<iq type='result' id='1' from='b' to='a'/>")));
}

TEST_CASE("the table takes its limit and refuses one more, until an owner leaves") {
  Waiting w;
  REQUIRE(w.park({"a", "b", "1"}) == kOk);
  const auto first = w.ticket;
  REQUIRE(w.park({"a", "b", "2"}) == kOk);
  CHECK(w.park({"a", "b", "3"}) == ReplyTable::Parked::full);
  CHECK(w.table.cancel(first));
  CHECK_FALSE(w.table.cancel(first));
  CHECK(w.park({"a", "b", "3"}) == kOk);
  CHECK(w.seen.empty());
}

TEST_CASE("the same key in flight is a conflict; another recipient is not") {
  Waiting w;
  REQUIRE(w.park({"a", "b", "1"}) == kOk);
  CHECK(w.park({"a", "b", "1"}) == ReplyTable::Parked::conflict);
  CHECK(w.park({"a", "c", "1"}) == kOk);
}

TEST_CASE("the drain ends what waits and takes no more") {
  Waiting w;
  REQUIRE(w.park({"a", "b", "1"}) == kOk);
  w.table.drain();
  CHECK(w.seen == "drained");
  CHECK(w.park({"a", "b", "2"}) == ReplyTable::Parked::drained);
}

TEST_CASE("answer, deadline and owner race, and one of them wins") {
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  ReplyTable table(10000, timer);
  std::atomic<int> ends{0};
  int cancelled = 0;
  const int rounds = 2000;
  for (int i = 0; i < rounds; ++i) {
    ReplyTable::Ticket ticket = 0;
    const std::string id = std::to_string(i);
    REQUIRE(table.park(
                {"a", "b", id, false, 1ms}, [&](End, const xmpp::Stanza*) { ++ends; }, ticket) == kOk);
    std::thread answering(
        [&] { table.answer(stanza("<iq type='result' id='" + id + "' from='b' to='a'/>")); });
    if (table.cancel(ticket)) ++cancelled;
    answering.join();
  }
  timer.stop();
  table.drain();
  CHECK(ends + cancelled == rounds);
}
