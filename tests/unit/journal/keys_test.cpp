// SPDX-License-Identifier: MIT
#include "journal/keys.h"

#include "world.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

using Kind = Claim::Kind;

Claim claimed(Opened& opened, const std::string& key, const std::string& fingerprint) {
  Claim claim;
  opened.write([&](Database& db) {
    auto result = journal::claim(db, key, fingerprint, opened.clock.wall());
    REQUIRE(result);
    claim = std::move(*result);
  });
  return claim;
}

void answer(Opened& opened, const std::string& key, const Remembered& remembered) {
  opened.write([&](Database& db) { REQUIRE(remember(db, key, remembered)); });
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

const std::string kKey("\0\xff key", 6);  // a digest is any bytes

}  // namespace

TEST_CASE("a key is claimed once, is under way until it is answered, and then gives that answer") {
  const Directory directory;
  Opened opened(GENERATE(true, false) ? directory.path : std::string());
  CHECK(claimed(opened, kKey, "body").kind == Kind::ours);
  CHECK(claimed(opened, kKey, "body").kind == Kind::started);
  const std::string body("<message/>\0\n", 12);
  answer(opened, kKey, {202, {{"Stanza-Id", "abc"}, {"Content-Type", "text/plain; charset=utf-8"}}, body});
  const Claim again = claimed(opened, kKey, "body");
  CHECK(again.kind == Kind::answered);
  CHECK(again.answer.status == 202);
  CHECK(again.answer.headers == std::vector<std::pair<std::string, std::string>>{
                                    {"Stanza-Id", "abc"}, {"Content-Type", "text/plain; charset=utf-8"}});
  CHECK(again.answer.body == body);
  CHECK(claimed(opened, "another", "body").kind == Kind::ours);
}

TEST_CASE("a key that stands for another request is different, finished or not") {
  Opened opened{std::string()};
  CHECK(claimed(opened, "key", "body").kind == Kind::ours);
  CHECK(claimed(opened, "key", "other").kind == Kind::different);
  answer(opened, "key", {202, {}, ""});
  CHECK(claimed(opened, "key", "other").kind == Kind::different);
}

TEST_CASE("a key that was forgotten can be claimed again") {
  Opened opened{std::string()};
  CHECK(claimed(opened, "key", "body").kind == Kind::ours);
  opened.write([](Database& db) { REQUIRE(forget(db, "key")); });
  CHECK(claimed(opened, "key", "other").kind == Kind::ours);
}

TEST_CASE("after a restart an answer is known, and what was not finished is lost") {
  const Directory directory;
  {
    Opened opened(directory.path);
    CHECK(claimed(opened, "answered", "body").kind == Kind::ours);
    answer(opened, "answered", {200, {}, "pong"});
    CHECK(claimed(opened, "started", "body").kind == Kind::ours);
  }
  Opened opened(directory.path);
  CHECK(claimed(opened, "answered", "body").answer.body == "pong");
  CHECK(claimed(opened, "started", "body").kind == Kind::lost);
  CHECK(claimed(opened, "started", "other").kind == Kind::different);
}

TEST_CASE("a key is known for its lifetime to the millisecond, and unknown after it") {
  Opened opened{std::string()};
  CHECK(claimed(opened, "key", "body").kind == Kind::ours);
  opened.clock.advance(kKeyLifetime);
  CHECK(claimed(opened, "key", "body").kind == Kind::started);
  opened.clock.advance(1ms);
  CHECK(claimed(opened, "key", "other").kind == Kind::ours);
  CHECK(claimed(opened, "key", "other").kind == Kind::started);
}

TEST_CASE("old keys are forgotten, and no others") {
  Opened opened{std::string()};
  add_keys(opened, 10);
  opened.clock.advance(1ms);
  CHECK(claimed(opened, "younger", "body").kind == Kind::ours);
  opened.clock.advance(kKeyLifetime);
  opened.write([&](Database& db) { REQUIRE(forget_old_keys(db, opened.clock.wall())); });
  CHECK(opened.number("SELECT count(*) FROM request_key") == 1);
  CHECK(claimed(opened, "younger", "body").kind == Kind::started);
}

TEST_CASE("no key is claimed once the journal holds its limit, and known ones go on being known") {
  Opened opened{std::string()};
  CHECK(claimed(opened, "known", "body").kind == Kind::ours);
  opened.write([](Database& db) { db.limit(1); });
  CHECK(claimed(opened, "new", "body").kind == Kind::full);
  CHECK(claimed(opened, "known", "body").kind == Kind::started);
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
