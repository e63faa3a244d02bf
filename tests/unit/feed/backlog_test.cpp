// SPDX-License-Identifier: MIT
// What waits on disk is counted as the journal tells of it, and the latest of it is in memory too.
#include "feed/backlog.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::feed;

namespace {

Kept came(journal::Seq seq) {
  return {seq, "id", {}, std::make_shared<const xmpp::Stanza>()};
}

// Of ten deliveries four are acknowledged, and five wait.
Backlog opened() {
  Backlog backlog;
  journal::Consumer known;
  known.identity = "this";
  known.acknowledged = 4;
  known.latest = 10;
  backlog.open(known, 5);
  return backlog;
}

Cursor at(journal::Seq seq, const std::string& identity = "this", uint64_t missed = 0) {
  Cursor cursor;
  cursor.identity = identity;
  cursor.seq = seq;
  cursor.missed = missed;
  return cursor;
}

}  // namespace

TEST_CASE("a place is one between what is acknowledged and what came last, of the same journal") {
  const Backlog backlog = opened();
  CHECK_FALSE(backlog.has(at(3)));
  CHECK(backlog.has(at(4)));
  CHECK(backlog.has(at(10)));
  CHECK_FALSE(backlog.has(at(11)));
  CHECK_FALSE(backlog.has(at(5, "another")));
}

TEST_CASE("what came is counted once, and read from memory as long as all behind a place is there") {
  Backlog backlog = opened();
  CHECK_FALSE(backlog.in_memory(9));
  CHECK(backlog.in_memory(10)->empty());
  CHECK(backlog.add(came(11)));
  CHECK_FALSE(backlog.add(came(11)));
  CHECK_FALSE(backlog.add(journal::Seq{10}));
  CHECK(backlog.waiting() == 6);
  CHECK(backlog.in_memory(10)->size() == 1);
  CHECK(backlog.add(journal::Seq{12}));  // its text is on disk
  CHECK(backlog.waiting() == 7);
  CHECK_FALSE(backlog.in_memory(11));
  CHECK(backlog.in_memory(12)->empty());
}

TEST_CASE("what is acknowledged is never taken back, and is news only where it says more") {
  Backlog backlog = opened();
  CHECK_FALSE(backlog.is_news(at(4)));
  CHECK(backlog.is_news(at(5)));
  backlog.acknowledge(at(8), 3);
  CHECK(backlog.waiting() == 2);
  backlog.acknowledge(at(6), 0);
  CHECK(backlog.known().acknowledged == 8);
  backlog.give_up(1);
  CHECK(backlog.is_news(at(8, "this", 1)));
  backlog.acknowledge(at(8, "this", 5), 0);  // no more than were missed
  CHECK(backlog.known().told == 1);
  CHECK(backlog.waiting() == 1);
}

TEST_CASE("what is given up or withdrawn waits no longer, and is not in memory") {
  Backlog backlog = opened();
  backlog.add(came(11));
  backlog.add(came(12));
  backlog.withdraw(11);
  CHECK(backlog.waiting() == 6);
  CHECK(backlog.in_memory(10)->size() == 1);
  backlog.withdraw(4);  // it has been acknowledged
  CHECK(backlog.waiting() == 6);
  backlog.give_up(0);
  CHECK(backlog.in_memory(10));
  backlog.give_up(7);
  CHECK(backlog.waiting() == 0);
  CHECK(backlog.known().missed == 7);
  CHECK_FALSE(backlog.in_memory(10));
}

TEST_CASE("a journal that knows the consumer no more has nothing for it, and one that does changes nothing") {
  Backlog backlog = opened();
  journal::Consumer same;
  same.identity = "this";
  backlog.reopen(same);
  CHECK(backlog.waiting() == 5);
  journal::Consumer other;
  other.identity = "another";
  other.latest = 2;
  backlog.reopen(other);
  CHECK(backlog.waiting() == 0);
  CHECK_FALSE(backlog.has(at(5)));
  CHECK(backlog.has(at(2, "another")));
}
