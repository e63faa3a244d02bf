// SPDX-License-Identifier: MIT
// What stands in the table of keys, beyond what store_keys_test.cpp asks of every store.
#include "journal/sqlite/keys.h"

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

using Kind = Claim::Kind;

Claim claimed(Opened& opened, const std::string& key, const std::string& fingerprint) {
  Claim claim;
  opened.write([&](Database& db) {
    auto result = journal::claim(db, {key, fingerprint, opened.clock.wall()});
    REQUIRE(result);
    claim = std::move(*result);
  });
  return claim;
}

void add_keys(Opened& opened, size_t count) {
  opened.write([&](Database& db) {
    REQUIRE(db.query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                     "INSERT INTO request_key (key, fingerprint, run, started) SELECT CAST('k' || i AS "
                     "BLOB), '', '', ? FROM n")
                .bind(static_cast<int64_t>(count))
                .bind(to_ms(opened.clock.wall()))
                .run());
  });
}

}  // namespace

TEST_CASE("of old keys no row stays, and of others it does") {
  Opened opened{std::string()};
  add_keys(opened, 10);
  opened.clock.advance(1ms);
  CHECK(claimed(opened, "younger", "body").kind == Kind::ours);
  opened.clock.advance(kKeyLifetime);
  opened.write([&](Database& db) { REQUIRE(forget_old_keys(db, opened.clock.wall())); });
  CHECK(opened.number("SELECT count(*) FROM request_key") == 1);
  CHECK(claimed(opened, "younger", "body").kind == Kind::started);
}

TEST_CASE("kMaxKeys are remembered and one more is refused, until there is room") {
  Opened opened{std::string()};
  add_keys(opened, kMaxKeys - 1);
  CHECK(claimed(opened, "last", "body").kind == Kind::ours);
  CHECK(claimed(opened, "one more", "body").kind == Kind::full);
  CHECK(claimed(opened, "last", "body").kind == Kind::started);  // what is known is known

  SECTION("one is forgotten in the middle") {
    opened.write([](Database& db) { REQUIRE(forget(db, "k500")); });
    CHECK(claimed(opened, "one more", "body").kind == Kind::ours);
    CHECK(claimed(opened, "another", "body").kind == Kind::full);
  }
  SECTION("they are too old") {
    opened.clock.advance(kKeyLifetime + 1ms);
    CHECK(claimed(opened, "one more", "body").kind == Kind::ours);
    CHECK(opened.number("SELECT count(*) FROM request_key") == 1);
  }
}

TEST_CASE(
    "an answer is kept where it fits with the most that the file may need beside it, and not one byte more") {
  Opened opened{std::string()};
  const KeyLimits limits{100000, 1000000};
  const auto answer = [&](const std::string& key, size_t bytes) {
    CHECK(claimed(opened, key, "body").kind == Kind::ours);
    opened.write([&](Database& db) {
      REQUIRE(remember(db, {key, {200, {}, std::string(bytes, 'x')}, limits}));
    });
    return claimed(opened, key, "body").kind;
  };
  CHECK(answer("fits", 83291) == Kind::answered);
  CHECK(answer("does not", 83292) == Kind::dropped);
}
