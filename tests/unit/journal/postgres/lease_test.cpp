// SPDX-License-Identifier: MIT
// Nodes that end, and what one can do whose lease has lapsed.
#include "journal/postgres/lease.h"

#include <atomic>
#include <thread>

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

TEST_CASE("a host that stopped in order leaves the queue to the next at once") {
  const Queue queue;
  REQUIRE(add(*queue.open(), "one", queue.clock.wall()));
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(add(*queue.open(), "two", queue.clock.wall()));
  CHECK(std::chrono::steady_clock::now() - begun < kLease);
  CHECK(queue.rows("SELECT id FROM delivery ORDER BY seq") == "msg_one msg_two");
}

TEST_CASE("what a host had that died is its successor's, with higher numbers") {
  const Queue queue;
  const auto dead = queue.open();
  REQUIRE(add(*dead, "one", queue.clock.wall()));
  queue.let_lapse();
  const auto next = queue.open();
  REQUIRE(add(*next, "two", queue.clock.wall()));
  CHECK(queue.rows("SELECT id FROM delivery ORDER BY seq") == "msg_one msg_two");
  CHECK(queue.rows("SELECT count(*) FROM bucket WHERE holder = (SELECT run FROM node ORDER BY expires DESC "
                   "LIMIT 1)") == "256");
}

TEST_CASE("what is asked of a host after another took over is left to that one, and settles nothing") {
  const Queue queue;
  const auto before = queue.open();
  REQUIRE(add(*before, "one", queue.clock.wall()));
  queue.let_lapse();
  const auto now = queue.open();
  CHECK(text_of(add(*before, "late", queue.clock.wall())) == "done");
  const Change gone = Removed{1};
  CHECK(text_of(before->write({&gone})) == "done");
  CHECK_FALSE(before->ours());
  const auto shift = before->deal({}, true);
  REQUIRE(shift);
  CHECK(shift->lost.all());
  CHECK_FALSE(before->ours());
  before->dealt();
  CHECK(before->ours());
  CHECK(queue.rows("SELECT id FROM delivery") == "msg_one");
  CHECK(queue.rows("SELECT id FROM arrival") == "msg_late");
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
  queue.let_lapse();
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
