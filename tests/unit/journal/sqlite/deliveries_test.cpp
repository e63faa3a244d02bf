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
