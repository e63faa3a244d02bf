// SPDX-License-Identifier: MIT
#include "journal/sqlite/schema.h"

namespace restanza::journal {
namespace {

// The comments are kept in the file, for whoever opens it with SQLite's own shell.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE stanza (  -- once, however many deliveries want it; it goes with the last of them
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,  -- 1 message, 2 presence, 4 iq
  type TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  id TEXT NOT NULL,
  xml TEXT NOT NULL
);
CREATE TABLE delivery (  -- dates are milliseconds since 1970, UTC
  seq INTEGER PRIMARY KEY,  -- the order of acceptance, never used twice by one run of the program
  id TEXT NOT NULL,  -- the webhook-id; only people ask for one by it, so it has no index
  stanza INTEGER NOT NULL REFERENCES stanza (number),
  shared INTEGER NOT NULL,  -- 1: other deliveries were made for the same stanza
  endpoint TEXT NOT NULL,
  answers INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,  -- 0 waiting, 1 dead
  attempts INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX delivery_queue ON delivery (endpoint, state);
CREATE INDEX delivery_stanza ON delivery (stanza) WHERE shared = 1;
CREATE INDEX delivery_dead ON delivery (state) WHERE state = 1;
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery BEGIN
  DELETE FROM stanza WHERE number = OLD.stanza
    AND (OLD.shared = 0 OR NOT EXISTS (SELECT 1 FROM delivery WHERE stanza = OLD.stanza AND shared = 1));
END;
CREATE TABLE endpoint_stop (
  endpoint TEXT PRIMARY KEY,
  stop INTEGER NOT NULL,  -- 0 paused, 1 disabled
  reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE request_key (  -- idempotency keys of HTTP requests
  number INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  fingerprint BLOB NOT NULL,
  run TEXT NOT NULL,  -- which run of the program began it
  started INTEGER NOT NULL,
  status INTEGER,  -- null: not finished
  headers TEXT NOT NULL DEFAULT '',
  body BLOB NOT NULL DEFAULT x''
);
CREATE INDEX request_key_age ON request_key (started);
)sql";

// Whose keys they are, and what they take up: `bytes` is no less than a row, its share of the indexes and
// what stays unused in its pages. An answer that was dropped leaves its status. The tables beside it keep
// account by triggers, so that nobody has to count.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE request_key ADD COLUMN credential TEXT NOT NULL DEFAULT '';
ALTER TABLE request_key ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE request_key ADD COLUMN bytes INTEGER NOT NULL GENERATED ALWAYS AS (
  512 + 4 * length(CAST(credential AS BLOB)) + length(CAST(headers AS BLOB)) + length(body) + length(body) / 256
  + min(length(CAST(headers AS BLOB)) + length(body), 8192)) VIRTUAL;
CREATE INDEX request_key_owner ON request_key (credential);
CREATE INDEX request_key_answer ON request_key (credential) WHERE status IS NOT NULL AND dropped = 0;
CREATE TABLE request_key_use (  -- of each credential that has any
  credential TEXT PRIMARY KEY,
  keys INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX request_key_use_most ON request_key_use (bytes);
CREATE TABLE request_key_total (  -- one row: of all credentials
  keys INTEGER NOT NULL,
  bytes INTEGER NOT NULL
);
INSERT INTO request_key_use SELECT credential, count(*), sum(bytes) FROM request_key GROUP BY credential;
INSERT INTO request_key_total SELECT count(*), coalesce(sum(bytes), 0) FROM request_key;
CREATE TRIGGER request_key_added AFTER INSERT ON request_key BEGIN
  INSERT INTO request_key_use VALUES (NEW.credential, 1, NEW.bytes)
    ON CONFLICT (credential) DO UPDATE SET keys = keys + 1, bytes = bytes + excluded.bytes;
  UPDATE request_key_total SET keys = keys + 1, bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER request_key_changed AFTER UPDATE OF headers, body ON request_key BEGIN
  UPDATE request_key_use SET bytes = bytes + NEW.bytes - OLD.bytes WHERE credential = NEW.credential;
  UPDATE request_key_total SET bytes = bytes + NEW.bytes - OLD.bytes;
END;
CREATE TRIGGER request_key_gone AFTER DELETE ON request_key BEGIN
  UPDATE request_key_use SET keys = keys - 1, bytes = bytes - OLD.bytes WHERE credential = OLD.credential;
  DELETE FROM request_key_use WHERE credential = OLD.credential AND keys = 0;
  UPDATE request_key_total SET keys = keys - 1, bytes = bytes - OLD.bytes;
END;
)sql";

// Numbers of deliveries are given out from a stock, which is stored before the first of it is given: cursors
// name them.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE numbering (  -- one row
  reserved INTEGER NOT NULL  -- no delivery ever had a higher seq, those that are gone among them
);
INSERT INTO numbering SELECT coalesce(max(seq), 0) FROM delivery;
CREATE TABLE consumer (  -- who asks for what waits for it, and says up to which seq it has it
  name TEXT PRIMARY KEY,  -- stands in its deliveries as their endpoint
  identity TEXT NOT NULL,  -- random; a cursor of another one is not known here
  acknowledged INTEGER NOT NULL,
  missed INTEGER NOT NULL DEFAULT 0,  -- how many were given up before it had them
  told INTEGER NOT NULL DEFAULT 0  -- how many of these it knows of
) WITHOUT ROWID;
)sql";

constexpr const char* kVersion4 = R"sql(
CREATE TABLE ticket (  -- stands for a credential in the address of an event stream
  digest BLOB PRIMARY KEY,  -- of the ticket
  consumer TEXT NOT NULL,
  credential TEXT NOT NULL,  -- its name
  proof BLOB NOT NULL,  -- a digest with the credential's own in it: a new credential of that name has another
  state INTEGER NOT NULL,  -- 0 issued, 1 in use, 2 left
  since INTEGER NOT NULL  -- it is so
) WITHOUT ROWID;
)sql";

Error later_version(const Database& db, int64_t version, int64_t known) {
  return Error{db.name() + ": its layout is version " + std::to_string(version) +
               ", and this program knows version " + std::to_string(known) +
               ": run the version that wrote it, or move the file away to begin anew"};
}

Error earlier_version(const Database& db, int64_t version, int64_t oldest) {
  return Error{db.name() + ": its layout is version " + std::to_string(version) +
               ", and this program reads version " + std::to_string(oldest) +
               " and later ones: start the host with it once, which brings it up to date"};
}

Result<void> carry_out(Database& db, const Migration& migration) {
  if (auto begun = db.run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = db.script(migration.sql);
  if (done) done = db.script(("PRAGMA user_version = " + std::to_string(migration.to)).c_str());
  if (done) done = db.run("COMMIT");
  if (!done && db.in_transaction()) (void)db.run("ROLLBACK");
  return done;
}

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all = {{1, kVersion1}, {2, kVersion2}, {3, kVersion3}, {4, kVersion4}};
  return all;
}

Result<void> prepare_schema(Database& db, const std::vector<Migration>& all) {
  const auto version = db.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > all.back().to) return later_version(db, *version, all.back().to);
  for (const Migration& migration : all) {
    if (migration.to <= *version) continue;
    if (auto done = carry_out(db, migration); !done) return done;
  }
  return {};
}

Result<void> check_tables(Database& db) {
  const auto found =
      db.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('stanza', 'delivery')");
  if (!found) return found.error();
  if (*found == 2) return {};
  return Error{db.name() + ": its tables are gone", Error::Kind::damaged};
}

Result<int64_t> readable_version(Database& db, int64_t oldest) {
  auto version = db.number("PRAGMA user_version");
  if (!version) return version;
  const int64_t known = migrations().back().to;
  if (*version > known) return later_version(db, *version, known);
  if (*version < oldest) return earlier_version(db, *version, oldest);
  return version;
}

}  // namespace restanza::journal
