// SPDX-License-Identifier: MIT
#include "journal/sqlite/key_room.h"

#include "journal/sqlite/database.h"

namespace restanza::journal {
namespace {

struct Use {
  size_t keys = 0;
  uint64_t bytes = 0;
};

Result<Use> use_of(Database& db, const std::string& credential) {
  Query query = db.query("SELECT keys, bytes FROM request_key_use WHERE credential = ?");
  const auto row = query.bind(credential).next();
  if (!row) return row.error();
  if (!*row) return Use();
  return Use{static_cast<size_t>(query.integer(0)), static_cast<uint64_t>(query.integer(1))};
}

Result<std::string> who_has_most(Database& db) {
  Query query = db.query("SELECT credential FROM request_key_use ORDER BY bytes DESC LIMIT 1");
  const auto row = query.next();
  if (!row) return row.error();
  return *row ? query.text(0) : std::string();
}

// Whether there was one. The key stays, and says that it was answered.
Result<bool> drop_oldest_answer(Database& db, const std::string& credential) {
  auto dropped = db.query(
                       "UPDATE request_key SET dropped = 1, headers = '', body = x'' WHERE number = "
                       "(SELECT number FROM request_key WHERE credential = ? AND status IS NOT NULL AND "
                       "dropped = 0 ORDER BY number LIMIT 1)")
                     .bind(credential)
                     .run();
  if (!dropped) return dropped.error();
  return db.changes() > 0;
}

Result<bool> forget_oldest_key(Database& db, const std::string& credential) {
  auto gone = db.query(
                    "DELETE FROM request_key WHERE number = (SELECT number FROM request_key WHERE "
                    "credential = ? AND (status IS NOT NULL OR run <> ?) ORDER BY number LIMIT 1)")
                  .bind(credential)
                  .bind(db.run_id())
                  .run();
  if (!gone) return gone.error();
  return db.changes() > 0;
}

}  // namespace

Result<size_t> keys_of(Database& db, const std::string& credential) {
  const auto use = use_of(db, credential);
  if (!use) return use.error();
  return use->keys;
}

Result<uint64_t> bytes_of_keys(Database& db) {
  const auto bytes = db.number("SELECT bytes FROM request_key_total");
  if (!bytes) return bytes.error();
  return static_cast<uint64_t>(*bytes);
}

Result<bool> make_room(Database& db, const std::string& credential, const KeyLimits& limits) {
  for (;;) {
    const auto own = use_of(db, credential);
    if (!own) return own.error();
    if (own->bytes <= limits.each) break;
    auto dropped = drop_oldest_answer(db, credential);
    if (!dropped || !*dropped) return dropped;
  }
  for (;;) {
    const auto all = bytes_of_keys(db);
    if (!all) return all.error();
    if (*all <= limits.together) return true;
    const auto most = who_has_most(db);
    if (!most) return most.error();
    auto gone = drop_oldest_answer(db, *most);
    if (gone && !*gone) gone = forget_oldest_key(db, *most);
    if (!gone || !*gone) return gone;
  }
}

Result<KeysKept> count_keys(Database& db, size_t limit) {
  KeysKept kept;
  {
    Query total = db.query("SELECT keys, bytes FROM request_key_total");
    const auto row = total.next();
    if (!row) return row.error();
    if (*row) {
      kept.keys = static_cast<size_t>(total.integer(0));
      kept.bytes = static_cast<uint64_t>(total.integer(1));
    }
  }
  if (limit == 0) return kept;
  Query each = db.query("SELECT credential, keys, bytes FROM request_key_use ORDER BY bytes DESC LIMIT ?");
  each.bind(static_cast<int64_t>(limit));
  for (;;) {
    const auto row = each.next();
    if (!row) return row.error();
    if (!*row) return kept;
    kept.credentials.push_back(
        {each.text(0), static_cast<size_t>(each.integer(1)), static_cast<uint64_t>(each.integer(2))});
  }
}

Result<size_t> discard_keys(Database& db, const std::string& credential, size_t limit) {
  // Two texts, for with one SQLite could not tell that the index of credentials will do.
  Query query =
      db.query(std::string("DELETE FROM request_key WHERE number IN (SELECT number FROM request_key "
                           "WHERE (status IS NOT NULL OR run <> ?)") +
               (credential.empty() ? "" : " AND credential = ?") + " ORDER BY number LIMIT ?)");
  query.bind(db.run_id());
  if (!credential.empty()) query.bind(credential);
  if (auto gone = query.bind(static_cast<int64_t>(limit)).run(); !gone) return gone.error();
  return db.changes();
}

}  // namespace restanza::journal
