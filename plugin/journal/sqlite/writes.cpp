// SPDX-License-Identifier: MIT
#include "journal/sqlite/writes.h"

#include <exception>
#include <string>
#include <utility>

#include "journal/sqlite/answers.h"
#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"

namespace restanza::journal {
namespace {

constexpr int kTries = 3;  // of a command that throws: what may throw there can be done again

template <class Value>
Result<void> done(const Result<Value>& result) {
  return result ? Result<void>() : result.error();
}

// Every date there is. A statement for each, so that each row is moved once.
Result<void> redate(Database& db, const Redated& redated) {
  const auto moved_by = [](WallTime::duration by) {
    return static_cast<int64_t>(std::chrono::floor<std::chrono::milliseconds>(by).count());
  };
  for (const auto& [table, column] : {std::pair("delivery", "accepted"), std::pair("delivery", "changed"),
                                      std::pair("request_key", "started"), std::pair("ticket", "since")}) {
    const std::string date = column;
    const std::string sql = "UPDATE " + std::string(table) + " SET " + date + " = " + date + " + CASE WHEN " +
                            date + " < ? THEN ? WHEN " + date + " <= ? THEN ? ELSE 0 END";
    if (auto done = db.query(sql)
                        .bind(to_ms(redated.begin))
                        .bind(moved_by(redated.earlier_by))
                        .bind(to_ms(redated.until))
                        .bind(moved_by(redated.by))
                        .run();
        !done) {
      return done;
    }
  }
  return {};
}

struct Applied {
  Database& db;

  Result<void> operator()(const Removed& removed) const { return done(discard(db, removed.seq)); }
  Result<void> operator()(const Noted& noted) const { return update(db, noted); }
  Result<void> operator()(const EndpointStop& stop) const { return remember(db, stop); }
  Result<void> operator()(const Started& started) const { return forget_stop(db, started.endpoint); }
  Result<void> operator()(const ForgetDead& forget) const { return done(discard_dead(db, forget.before)); }
  Result<void> operator()(const Redated& redated) const { return redate(db, redated); }
  Result<void> operator()(const Restored& restored) const {
    return restore(db, *restored.stanza, *restored.delivery);
  }
};

Result<void> roll_back(Database& db) {
  db.undone();
  return db.run("ROLLBACK TO alone");
}

// In a savepoint, so that it fails alone. An error of this function itself is the whole transaction's.
Result<void> perform(Database& db, const Alone& alone) {
  if (auto begun = db.run("SAVEPOINT alone"); !begun) return begun;
  for (int left = kTries; left > 0; --left) {
    try {
      alone.answer = carry_out(db, alone.command);
      break;
    } catch (const std::exception& thrown) {  // for want of memory
      if (auto undone = roll_back(db); !undone) return undone;
      alone.answer = Error{thrown.what()};
    }
  }
  // Some failures, such as of a disk that is full, make SQLite end the transaction itself.
  if (!db.in_transaction())
    return alone.answer ? Error{db.name() + ": the transaction has ended"} : alone.answer.error();
  if (!alone.answer) {
    if (auto undone = roll_back(db); !undone) return undone;
  }
  return db.run("RELEASE alone");
}

struct Carried {
  Database& db;

  Result<void> operator()(const Insert& one) const { return insert(db, one.stanza, one.deliveries); }
  Result<void> operator()(const Change* change) const { return std::visit(Applied{db}, *change); }
  Result<void> operator()(const Alone& alone) const { return perform(db, alone); }
};

}  // namespace

Result<void> carry_out(Database& db, const std::vector<Write>& writes) {
  for (const Write& write : writes) {
    if (auto carried = std::visit(Carried{db}, write); !carried) return carried;
  }
  return {};
}

}  // namespace restanza::journal
