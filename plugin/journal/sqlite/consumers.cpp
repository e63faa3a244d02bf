// SPDX-License-Identifier: MIT
#include "journal/sqlite/consumers.h"

#include <string>

#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"

namespace restanza::journal {
namespace {

// Whether there was one to change; everything else that is done for it comes after.
Result<void> known(Database& db, const std::string& name) {
  if (db.changes() > 0) return {};
  return Error{db.name() + ": there is no consumer '" + name + "'"};
}

}  // namespace

Result<Consumer> open_consumer(Database& db, const OpenConsumer& asked) {
  if (auto made = db.query("INSERT OR IGNORE INTO consumer (name, identity, acknowledged) VALUES (?, ?, ?)")
                      .bind(asked.name)
                      .bind(asked.identity)
                      .bind(db.latest_seq())
                      .run();
      !made) {
    return made.error();
  }
  Query found = db.query("SELECT identity, acknowledged, missed, told FROM consumer WHERE name = ?");
  const auto row = found.bind(asked.name).next();
  if (!row) return row.error();
  if (!*row) return Error{db.name() + ": the consumer '" + asked.name + "' cannot be found"};
  return Consumer{asked.name,
                  found.text(0),
                  found.integer(1),
                  static_cast<uint64_t>(found.integer(2)),
                  static_cast<uint64_t>(found.integer(3)),
                  db.latest_seq()};
}

Result<size_t> acknowledge(Database& db, const Acknowledge& asked) {
  if (auto noted = db.query("UPDATE consumer SET acknowledged = max(acknowledged, ?), "
                            "told = max(told, min(missed, ?)) WHERE name = ?")
                       .bind(asked.upto)
                       .bind(static_cast<int64_t>(asked.told))
                       .bind(asked.consumer)
                       .run();
      !noted) {
    return noted.error();
  }
  if (auto there = known(db, asked.consumer); !there) return there.error();
  if (auto removed = db.query("DELETE FROM delivery WHERE seq IN (SELECT seq FROM delivery "
                              "WHERE endpoint = ? AND state = 0 AND seq <= ? ORDER BY seq LIMIT ?)")
                         .bind(asked.consumer)
                         .bind(asked.upto)
                         .bind(static_cast<int64_t>(asked.limit))
                         .run();
      !removed) {
    return removed.error();
  }
  return db.changes();
}

// What has been acknowledged and is not removed yet is nothing that it misses.
Result<size_t> give_up(Database& db, const GiveUp& asked) {
  const int64_t now = to_ms(asked.now);
  const int64_t accepted_before = asked.age ? to_ms(asked.now - *asked.age) : INT64_MAX;
  if (auto dead =
          db.query(
                "UPDATE delivery SET state = 1, changed = ?1, last_error = ?2 WHERE seq IN (SELECT seq "
                "FROM delivery WHERE endpoint = ?3 AND state = 0 AND accepted < ?4 AND seq > "
                "(SELECT acknowledged FROM consumer WHERE name = endpoint) AND (?6 = 0 OR seq < (SELECT seq "
                "FROM delivery WHERE endpoint = ?3 AND state = 0 ORDER BY seq DESC LIMIT 1 OFFSET ?6 - 1)) "
                "ORDER BY seq LIMIT ?5)")
              .bind(now)
              .bind(asked.why)
              .bind(asked.consumer)
              .bind(accepted_before)
              .bind(static_cast<int64_t>(asked.limit))
              .bind(static_cast<int64_t>(asked.keep))
              .run();
      !dead) {
    return dead.error();
  }
  const size_t count = db.changes();
  if (auto noted = db.query("UPDATE consumer SET missed = missed + ? WHERE name = ?")
                       .bind(static_cast<int64_t>(count))
                       .bind(asked.consumer)
                       .run();
      !noted) {
    return noted.error();
  }
  if (auto there = known(db, asked.consumer); !there) return there.error();
  return count;
}

Result<std::vector<Consumer>> consumers(Database& db) {
  const auto highest = highest_number(db);
  if (!highest) return highest.error();
  std::vector<Consumer> all;
  Query query = db.query("SELECT name, identity, acknowledged, missed, told FROM consumer");
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back({query.text(0), query.text(1), query.integer(2), static_cast<uint64_t>(query.integer(3)),
                   static_cast<uint64_t>(query.integer(4)), *highest});
  }
}

Result<void> restore_consumer(Database& db, const Consumer& consumer) {
  if (auto passed = pass_over(db, consumer.latest); !passed) return passed;
  if (auto other = db.query("DELETE FROM consumer WHERE name = ? AND identity <> ?")
                       .bind(consumer.name)
                       .bind(consumer.identity)
                       .run();
      !other) {
    return other;
  }
  return db
      .query(
          "INSERT INTO consumer (name, identity, acknowledged, missed, told) VALUES (?, ?, ?, ?, ?) "
          "ON CONFLICT (name) DO UPDATE SET acknowledged = max(acknowledged, excluded.acknowledged), "
          "missed = max(missed, excluded.missed), told = max(told, excluded.told)")
      .bind(consumer.name)
      .bind(consumer.identity)
      .bind(consumer.acknowledged)
      .bind(static_cast<int64_t>(consumer.missed))
      .bind(static_cast<int64_t>(consumer.told))
      .run();
}

Result<void> forget_consumer(Database& db, const std::string& name) {
  return db.query("DELETE FROM consumer WHERE name = ?").bind(name).run();
}

}  // namespace restanza::journal
