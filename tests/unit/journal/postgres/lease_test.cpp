// SPDX-License-Identifier: MIT
// Who has the queue, and what one can do that has it no longer.
#include "journal/postgres/lease.h"

#include <atomic>
#include <thread>

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

TEST_CASE("a second host is refused while the first lives, and is told who has the queue") {
  const Queue queue;
  const auto first = queue.open();
  std::atomic<bool> ended{false};
  std::thread living([&] {
    while (!ended) REQUIRE(first->write({}));
  });
  const std::string refused = queue.refusal(queue.place);
  ended = true;
  living.join();
  CHECK_THAT(refused, Contains("another host has the queue") &&
                          Contains("process " + std::to_string(getpid())) && Contains("stop it"));
}

TEST_CASE("a host that stopped in order leaves the queue to the next at once") {
  const Queue queue;
  REQUIRE(add(*queue.open(), "one", queue.clock.wall()));
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(add(*queue.open(), "two", queue.clock.wall()));
  CHECK(std::chrono::steady_clock::now() - begun < kLease);
  CHECK(queue.rows("SELECT id FROM delivery ORDER BY seq") == "msg_one msg_two");
}

TEST_CASE("the lease of a host that died runs out, and the next one goes on numbering") {
  const Queue queue;
  const auto dead = queue.open();
  REQUIRE(add(*dead, "one", queue.clock.wall()));
  queue.sql("DELETE FROM delivery; UPDATE node SET expires = clock_timestamp() + interval '1 second'");
  const auto next = queue.open();
  REQUIRE(add(*next, "two", queue.clock.wall()));
  CHECK(queue.rows("SELECT seq FROM delivery") == "2");
}

TEST_CASE("what was begun before another took over is not committed, and the one of before says who has it") {
  const Queue queue;
  const auto before = queue.open();
  REQUIRE(add(*before, "one", queue.clock.wall()));
  queue.let_lapse();
  const auto now = queue.open();
  const auto late = add(*before, "late", queue.clock.wall());
  CHECK_THAT(text_of(late), Contains("another host has taken the queue over"));
  const Change gone = Removed{1};
  CHECK_THAT(text_of(before->write({&gone})), Contains("taken the queue over"));
  const auto looked = before->look();
  REQUIRE_FALSE(looked);
  CHECK(looked.error().kind == Error::Kind::replaced);
  CHECK(queue.rows("SELECT id FROM delivery") == "msg_one");
  REQUIRE(add(*now, "two", queue.clock.wall()));
}

TEST_CASE("a journal whose store another host has taken over rests, once, and says who has it") {
  const Queue queue;
  Lines log;
  Journal journal(settings_of(queue.place), kind_of(queue.place).open, queue.clock, log);
  REQUIRE(journal.open());
  Event<bool> rests;
  journal.on_replaced([&] { rests.happen(true); });
  queue.let_lapse();
  const auto now = queue.open();
  CHECK(rests.wait());  // with the next look, at the latest
  CHECK_THAT(log.of(Level::error), Contains("another host has taken the queue over") && Contains("process"));
  Event<bool> taken;
  REQUIRE(journal.take(entry("late"), [&](Entry, auto deliveries) { taken.happen(deliveries.ok()); }));
  CHECK_FALSE(taken.wait());
  journal.stop();
  CHECK(queue.rows("SELECT count(*) FROM delivery") == "0");
}

TEST_CASE("a lease that lapsed and that nobody wanted is taken again, under another epoch") {
  const Queue queue;
  const auto store = queue.open();
  queue.let_lapse();
  REQUIRE(add(*store, "one", queue.clock.wall()));
  CHECK(queue.rows("SELECT epoch FROM node") == "2");
  queue.let_lapse();
  const auto looked = store->look();
  REQUIRE(looked);
  CHECK_FALSE(*looked);
  CHECK(queue.rows("SELECT count(*) FROM delivery") == "1");
}

TEST_CASE("a backend that keeps its node's row locked is ended by who takes over") {
  const Queue queue;
  const auto dead = queue.open();
  queue.sql("UPDATE node SET expires = clock_timestamp() + interval '100 milliseconds'");
  const auto stuck = queue.connect();
  stuck->add("BEGIN");
  REQUIRE(stuck->ask("SELECT 1::int8 FROM node FOR UPDATE"));
  stuck->add(
      "UPDATE node SET pid = pg_backend_pid(), backend_start = a.backend_start FROM pg_stat_activity a "
      "WHERE a.pid = pg_backend_pid()");
  stuck->add("COMMIT");
  stuck->add("BEGIN");
  REQUIRE(stuck->ask("SELECT 1::int8 FROM node FOR UPDATE"));
  const auto next = queue.open();
  REQUIRE(add(*next, "one", queue.clock.wall()));
  CHECK_FALSE(stuck->ask("COMMIT"));
}
