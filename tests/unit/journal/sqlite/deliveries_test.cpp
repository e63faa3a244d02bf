// SPDX-License-Identifier: MIT
// What stands in the tables, beyond what store_test.cpp asks of every store.
#include "journal/sqlite/deliveries.h"

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

// The same on disk and in memory.
struct BothDatabases {
  Directory directory;
  Opened opened{GENERATE(true, false) ? directory.path : std::string()};

  Delivery& kill(Delivery& delivery) {
    delivery.state = State::dead;
    delivery.changed = opened.clock.wall();
    opened.write([&](Database& db) { REQUIRE(update(db, noted_of(delivery))); });
    return delivery;
  }
};

}  // namespace

TEST_CASE("a stanza has one row for several endpoints, which goes with its last delivery") {
  BothDatabases world;
  const auto deliveries = world.opened.add_all("hello", {"a", "b", "c"});
  const auto stanzas = [&] { return world.opened.number("SELECT count(*) FROM stanza"); };
  CHECK(stanzas() == 1);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(stanzas() == 1);
    world.opened.write([&](Database& db) { CHECK(discard(db, deliveries[i].seq).value()); });
  }
  CHECK(stanzas() == 0);
  world.opened.write([&](Database& db) { CHECK_FALSE(discard(db, deliveries[0].seq).value()); });
}

TEST_CASE("the row of a stanza stays for a delivery that came back to life, and goes with it") {
  BothDatabases world;
  auto alone = world.opened.add("alone");
  auto shared = world.opened.add_all("shared", {"a", "b"});
  world.kill(alone);
  world.kill(shared[0]);
  world.opened.write([&](Database& db) {
    alone = **revive(db, alone.id, world.opened.clock.wall());
    shared[0] = **revive(db, shared[0].id, world.opened.clock.wall());
    CHECK(*discard(db, shared[1].seq));
    CHECK((*find(db, alone.id))->stanza->xml == message("alone").xml);
    CHECK((*find(db, shared[0].id))->stanza->xml == message("shared").xml);
    CHECK(*discard(db, alone.seq));
    CHECK(*discard(db, shared[0].seq));
  });
  CHECK(world.opened.number("SELECT count(*) FROM stanza") == 0);
}

TEST_CASE("the number of a delivery that has gone is not given again, a restart later either") {
  const Directory directory;
  Seq latest = 0;
  for (int life = 0; life < 3; ++life) {
    Opened opened(directory.path);
    const Delivery one = opened.add("one");
    CHECK(one.seq > latest);
    latest = opened.add("two").seq;
    CHECK(latest == one.seq + 1);
    opened.write([&](Database& db) {
      for (const Seq seq : {one.seq, latest}) CHECK(discard(db, seq).value());
    });
  }
}

TEST_CASE("numbers go on past the end of their stock, and after a group whose stock was rolled back") {
  const Directory directory;
  Opened opened(directory.path);
  const Seq first = opened.add("first").seq;
  const auto reserved = [&] { return opened.number("SELECT reserved FROM numbering"); };
  const Seq end = reserved();
  const bool rolled_back = GENERATE(false, true);
  opened.write([&](Database& db) { db.latest_seq() = end - 1; });
  CHECK(opened.add("last of it").seq == end);
  CHECK(reserved() == end);
  Seq latest = end;
  if (rolled_back) {
    const auto failed = opened.store->write([&](Database& db) -> Result<void> {
      std::vector<Delivery> lost(1);
      REQUIRE(insert(db, message("lost"), lost));
      latest = lost[0].seq;
      return Error{"it fails"};
    });
    CHECK_FALSE(failed);
    CHECK(reserved() == end);
  }
  CHECK(opened.add("next").seq == latest + 1);
  CHECK(reserved() > latest);
  CHECK(first < end);
}

TEST_CASE("a command that fails alone takes no numbers with it that are given later") {
  const Directory directory;
  Seq latest = 0;
  {
    Opened opened(directory.path);
    Delivery dead = opened.add("dead");
    dead.state = State::dead;
    opened.write([&](Database& db) {
      REQUIRE(update(db, noted_of(dead)));
      REQUIRE(
          db.run("CREATE TRIGGER broken BEFORE UPDATE ON delivery BEGIN SELECT RAISE(FAIL, 'broken'); END"));
      db.latest_seq() = db.reserved_seq();
    });
    Result<Answer> answer = Answer();
    const Command command = Revive{dead.id, opened.clock.wall()};
    REQUIRE(opened.store->write({Alone{command, answer}}));
    CHECK_FALSE(answer);
    latest = opened.add("next").seq;
    opened.write([&](Database& db) { CHECK(discard(db, latest).value()); });
  }
  Opened again(directory.path);
  CHECK(again.add("again").seq > latest);
}
