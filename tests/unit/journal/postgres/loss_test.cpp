// SPDX-License-Identifier: MIT
// What somebody does to the tables under a host, and to the server.
#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

namespace {

// Until a look, which the store grants once in a while, finds something.
std::optional<Renewed> found_by(PostgresStore& store) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    auto looked = store.look();
    if (looked && *looked) return *looked;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("tables that are dropped are missed, with the remedy; those made anew are found, and written to") {
  const Queue queue;
  const auto store = queue.open();
  REQUIRE(add(*store, "one", queue.clock.wall()));
  queue.sql("DROP SCHEMA \"restanza_" + queue.place.domain + "\" CASCADE");
  CHECK_THAT(text_of(add(*store, "two", queue.clock.wall())), Contains("restanza-host --migrate"));
  queue.migrate();
  queue.end_connections();
  const auto renewed = found_by(*store);
  REQUIRE(renewed);
  CHECK_THAT(renewed->why, Contains("made anew"));
  CHECK_FALSE(renewed->lost.empty());
  CHECK_FALSE(store->full());
  REQUIRE(add(*store, "three", queue.clock.wall()));
  CHECK(queue.rows("SELECT id FROM delivery") == "msg_three");
  CHECK(std::stoll(queue.rows("SELECT seq FROM delivery")) > 1);
}

TEST_CASE("commits that a database has lost are missed") {
  const Queue queue;
  const auto store = queue.open();
  for (const std::string body : {"one", "two", "three"}) REQUIRE(add(*store, body, queue.clock.wall()));
  queue.sql("DELETE FROM delivery WHERE seq > 1; UPDATE node SET written = 1");
  queue.end_connections();
  const auto renewed = found_by(*store);
  REQUIRE(renewed);
  CHECK_THAT(renewed->lost, Contains("the latest 2 commits"));
  REQUIRE(add(*store, "four", queue.clock.wall()));
  CHECK(queue.rows("SELECT seq FROM delivery ORDER BY 1") == "1 4");
}

TEST_CASE("a loss that is found while the queue cannot be counted is told of as soon as it can") {
  const Queue queue;
  const auto store = queue.open();
  for (const std::string body : {"one", "two"}) REQUIRE(add(*store, body, queue.clock.wall()));
  queue.sql(
      "DELETE FROM delivery WHERE seq > 1; UPDATE node SET written = 1; ALTER TABLE arrival RENAME TO away");
  queue.end_connections();
  REQUIRE(add(*store, "three", queue.clock.wall()));
  CHECK_FALSE(store->look());
  queue.sql("ALTER TABLE away RENAME TO arrival");
  const auto renewed = found_by(*store);
  REQUIRE(renewed);
  CHECK_THAT(renewed->lost, Contains("the latest 1 commits"));
}

TEST_CASE("connections that are ended between two groups are nothing that anybody hears of") {
  const Queue queue;
  const auto store = queue.open();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(add(*store, std::to_string(i), queue.clock.wall()));
    queue.end_connections();
    const auto looked = store->look();
    REQUIRE(looked);
    CHECK_FALSE(*looked);
  }
  CHECK(queue.rows("SELECT id FROM delivery ORDER BY seq") == "msg_0 msg_1 msg_2 msg_3 msg_4");
}

TEST_CASE("a database that takes no writes is told as such, and is written to when it does again") {
  const Queue queue;
  const auto store = queue.open();
  const std::string role = queue.rows("SELECT current_user");
  const auto by = queue.connect();
  queue.sql("ALTER ROLE " + role + " SET default_transaction_read_only = on");
  REQUIRE(by->script("SELECT pg_terminate_backend(pid) FROM node"));
  const auto refused = add(*store, "one", queue.clock.wall());
  REQUIRE(by->script("ALTER ROLE " + role + " RESET default_transaction_read_only"));
  CHECK_FALSE(refused);
  Result<void> again = Error{};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!again && std::chrono::steady_clock::now() < until) again = add(*store, "two", queue.clock.wall());
  CHECK(text_of(again) == "done");
  CHECK(queue.rows("SELECT id FROM delivery") == "msg_two");
}

TEST_CASE("what the queue holds is counted the same when it is opened again") {
  const Queue queue;
  StorePlace place = queue.place;
  place.max_bytes = 100000;
  auto store = queue.open(place);
  int taken = 0;
  for (; !store->full(); ++taken) REQUIRE(add(*store, std::string(5000, 'x'), queue.clock.wall()));
  store.reset();
  store = queue.open(place);
  CHECK(store->full());
  const Change gone = Removed{taken};
  REQUIRE(store->write({&gone}));
  CHECK_FALSE(store->full());
}

TEST_CASE("a stanza's text is stored once for several deliveries, and goes with the last of them") {
  const Queue queue;
  const auto store = queue.open();
  const xmpp::Stanza stanza = message("shared");
  std::vector<Delivery> deliveries(3);
  for (size_t i = 0; i < 3; ++i) {
    deliveries[i].id = "msg_" + std::to_string(i);
    deliveries[i].endpoint = std::to_string(i);
  }
  REQUIRE(store->write({Insert{stanza, deliveries}}));
  CHECK(queue.rows("SELECT count(*) FROM stanza") == "1");
  CHECK(queue.rows("SELECT count(*) FROM delivery WHERE xml IS NULL") == "3");
  const Change first = Removed{1}, second = Removed{2}, third = Removed{3};
  REQUIRE(store->write({&first}));
  CHECK(queue.rows("SELECT count(*) FROM stanza") == "1");
  REQUIRE(store->write({&second, &third}));
  CHECK(queue.rows("SELECT count(*) FROM stanza") == "0");
}
