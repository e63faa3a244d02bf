// SPDX-License-Identifier: MIT
#include "journal/postgres/schema.h"

#include <atomic>
#include <thread>

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

TEST_CASE("without tables a queue is refused, and the remedy is named; with them it opens") {
  const Queue queue(false);
  CHECK_THAT(queue.refusal(queue.place), Contains("no tables") && Contains("restanza-host --migrate"));
  const auto first = PostgresStore::migrate(queue.place);
  REQUIRE(first);
  CHECK_THAT(*first, Contains("version " + std::to_string(known_version()) + " of the tables has been made"));
  const auto second = PostgresStore::migrate(queue.place);
  REQUIRE(second);
  CHECK_THAT(*second, Contains("up to date"));
  CHECK(queue.refusal(queue.place) == "opened");
}

TEST_CASE("two that migrate at once take turns, and both find it done") {
  const Queue queue(false);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (PostgresStore::migrate(queue.place)) ++done;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(done == 4);
  CHECK(queue.rows("SELECT version FROM layout") == std::to_string(known_version()));
  CHECK(queue.rows("SELECT count(*) FROM queue") == "1");
}

TEST_CASE("tables of a later version are refused, by who opens and by who migrates, and left as they are") {
  const Queue queue;
  queue.sql("UPDATE layout SET version = version + 1");
  const std::string later = "version " + std::to_string(known_version() + 1);
  CHECK_THAT(queue.refusal(queue.place), Contains(later) && Contains("run the version that made it"));
  const auto migrated = PostgresStore::migrate(queue.place);
  REQUIRE_FALSE(migrated);
  CHECK_THAT(migrated.error().text, Contains(later));
  CHECK(queue.rows("SELECT version FROM layout") == std::to_string(known_version() + 1));
}

TEST_CASE("a step that fails leaves nothing behind, and can be taken again") {
  const Queue queue(false);
  queue.sql("CREATE SCHEMA \"restanza_" + queue.place.domain + "\"; CREATE TABLE ticket (x int8)");
  const auto failed = PostgresStore::migrate(queue.place);
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().text, Contains("ticket"));
  CHECK(queue.rows("SELECT coalesce(to_regclass('queue')::text, 'none')") == "none");
  queue.sql("DROP TABLE ticket");
  queue.migrate();
}

TEST_CASE("kMaxDomain bytes name a queue, and one more does not") {
  CHECK(schema_of(std::string(kMaxDomain, 'd')));
  const auto longer = schema_of(std::string(kMaxDomain + 1, 'd'));
  REQUIRE_FALSE(longer);
  CHECK_THAT(longer.error().text, Contains("54") && Contains("journal = \"sqlite\""));
}
