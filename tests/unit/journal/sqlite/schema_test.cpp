// SPDX-License-Identifier: MIT
// How a file of an earlier version becomes one of this version: the migrations, and a file that 0.1.0 wrote.
#include "journal/sqlite/schema.h"

#include <sqlite3.h>

#include "journal/sqlite/key_room.h"
#include "journal/sqlite/keys.h"
#include "opened.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

// After those there are.
int64_t next(int64_t step) {
  return migrations().back().to + step;
}

constexpr const char* kSecond = "ALTER TABLE stanza ADD COLUMN tag TEXT NOT NULL DEFAULT 'none'";
constexpr const char* kThird = "UPDATE stanza SET tag = id; CREATE INDEX stanza_tag ON stanza (tag)";

std::vector<Migration> and_then(std::vector<Migration> more) {
  std::vector<Migration> all = migrations();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::unique_ptr<Database> database(const Directory& directory) {
  const std::string path = directory.file("journal.db");
  auto opened = Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path);
  REQUIRE(opened);
  return std::move(*opened);
}

int64_t number(Database& db, const char* sql) {
  const auto found = db.number(sql);
  INFO((found ? "" : found.error().text));
  REQUIRE(found);
  return *found;
}

// The ids of the stanzas in a queue, in its order.
std::string stanzas(Opened& opened, State state, const std::string& endpoint) {
  Filter filter;
  filter.state = state;
  filter.endpoint = endpoint;
  std::string ids;
  for (const Delivery& delivery : opened.listed(filter)) ids += delivery.stanza->id + " ";
  return ids;
}

std::string bytes(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

std::string refusal(const Result<void>& result) {
  return result ? "done" : result.error().text;
}

}  // namespace

TEST_CASE("the migrations are numbered from 1 on, without a gap") {
  int64_t version = 0;
  for (const Migration& migration : migrations()) CHECK(migration.to == ++version);
  CHECK(version >= 1);
}

TEST_CASE("an empty file gets all migrations, and a file gets those that it has not had, in order") {
  const Directory directory;
  Opened(directory.path).add("hello");
  const auto db = database(directory);
  REQUIRE(prepare_schema(*db, and_then({{next(1), kSecond}})));
  CHECK(number(*db, "PRAGMA user_version") == next(1));
  CHECK(number(*db, "SELECT count(*) FROM stanza WHERE tag = 'none'") == 1);

  REQUIRE(prepare_schema(*db, and_then({{next(1), kSecond}, {next(2), kThird}})));
  CHECK(number(*db, "PRAGMA user_version") == next(2));
  CHECK(number(*db, "SELECT count(*) FROM stanza WHERE tag = 'hello'") == 1);

  const Directory empty;
  const auto fresh = database(empty);
  REQUIRE(prepare_schema(*fresh, and_then({{next(1), kSecond}, {next(2), kThird}})));
  CHECK(number(*fresh, "PRAGMA user_version") == next(2));
  CHECK(number(*fresh, "SELECT count(*) FROM stanza") == 0);
}

TEST_CASE("a migration that fails leaves the file as the one before it left it, and can be tried again") {
  const Directory directory;
  Opened(directory.path).add("hello");
  const auto db = database(directory);
  const auto failed = prepare_schema(
      *db, and_then({{next(1), kSecond}, {next(2), "DELETE FROM delivery; DELETE FROM nowhere"}}));
  CHECK(refusal(failed) == directory.file("journal.db") + ": no such table: nowhere");
  CHECK_FALSE(db->in_transaction());
  CHECK(number(*db, "PRAGMA user_version") == next(1));
  CHECK(number(*db, "SELECT count(*) FROM delivery") == 1);
  REQUIRE(prepare_schema(*db, and_then({{next(1), kSecond}, {next(2), kThird}})));
  CHECK(number(*db, "PRAGMA user_version") == next(2));
}

TEST_CASE("who only reads is told whether the file or the program is the older one") {
  const Directory directory;
  Opened(directory.path).add("hello");
  const auto db = database(directory);
  REQUIRE(readable_version(*db));
  CHECK(*readable_version(*db) == next(0));
  CHECK(readable_version(*db, next(0)));
  const auto earlier = readable_version(*db, next(1));
  REQUIRE_FALSE(earlier);
  CHECK(earlier.error().text ==
        directory.file("journal.db") + ": its layout is version " + std::to_string(next(0)) +
            ", and this program reads version " + std::to_string(next(1)) +
            " and later ones: start the host with it once, which brings it up to date");
  REQUIRE(db->run("PRAGMA user_version = 70"));
  const auto later = readable_version(*db);
  REQUIRE_FALSE(later);
  CHECK(later.error().text.find("its layout is version 70, and this program knows version " +
                                std::to_string(next(0))) != std::string::npos);
}

// tests/support/state-0.1 was written by restanza-host 0.1.0: nine messages, of which one failed at the
// endpoint `bot` until it was given up and the others were delivered there; `archive` was never up, and
// `paused` was paused; two requests had an Idempotency-Key.
TEST_CASE("a file that 0.1.0 wrote opens, and all that waits, is dead, stopped or remembered is there") {
  const Directory directory;
  std::filesystem::copy_file(STATE_0_1 "/rest.localhost/journal.db", directory.file("journal.db"));
  Opened opened(directory.path);
  CHECK(opened.set_aside.empty());
  CHECK(opened.number("PRAGMA user_version") == migrations().back().to);

  for (const std::string endpoint : {"archive", "paused"}) {
    CAPTURE(endpoint);
    CHECK(stanzas(opened, State::waiting, endpoint) ==
          "poison-1 plain-1 plain-2 plain-3 tick-10 tick-20 tick-30 tick-40 tick-50 ");
  }
  CHECK(stanzas(opened, State::waiting, "bot") == "");
  CHECK(stanzas(opened, State::dead, "") == "poison-1 ");

  opened.write([](Database& db) {
    const auto dead = find(db, "msg_UtndiBy6g2ZbVkhRj3iQFjZl");
    REQUIRE(dead);
    REQUIRE(*dead);
    CHECK((*dead)->last_error == "it answered 500");
    CHECK((*dead)->attempts == 5);
    CHECK((*dead)->stanza->xml ==
          "<message from='alice@localhost' to='bot@rest.localhost' id='poison-1' "
          "type='chat'><body>poison</body></message>");

    const auto stopped = stops(db);
    REQUIRE(stopped);
    REQUIRE(stopped->size() == 1);
    CHECK(stopped->front().endpoint == "paused");
    CHECK(stopped->front().reason == "paused by request");

    const auto claimed = claim(db, {bytes("a2faf3bb2f1843bb0f9ce865a685f38d12cb06c09a76962ea3fc68cff498bc1e"),
                                    bytes("6646b245ecb7cff7b0c753f8fc50b029ea4c6a8c68cec0549ee9ceca19ae46a6"),
                                    from_ms(1795892010720) + std::chrono::hours(1)});
    REQUIRE(claimed);
    CHECK(claimed->kind == Claim::Kind::answered);
    CHECK(claimed->answer.status == 202);
    CHECK(claimed->answer.headers.front().second == "keyed");

    const auto kept = count_keys(db, 10);
    REQUIRE(kept);
    CHECK(kept->keys == 2);
    REQUIRE(kept->credentials.size() == 1);
    CHECK(kept->credentials[0].credential.empty());  // nobody noted whose they were
    CHECK(kept->credentials[0].keys == 2);
    CHECK(kept->credentials[0].bytes == kept->bytes);
  });
}
