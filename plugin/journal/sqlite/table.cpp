// SPDX-License-Identifier: MIT
#include "journal/sqlite/table.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/str.h"
#include "journal/report.h"
#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/files.h"
#include "journal/sqlite/key_room.h"
#include "journal/sqlite/schema.h"

namespace restanza::journal {
namespace {

// A journal that nobody has open, and that was closed in order, has no write-ahead log. SQLite would make one
// to read it, and is told that the file does not change instead. Where there is a log, its index is there as
// well, and is not written to.
Result<std::unique_ptr<Database>> open(const std::string& directory) {
  const std::string path = database_path(directory);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return Error{"there is no journal in " + directory};
    return Error{path + ": " + std::generic_category().message(errno)};
  }
  const bool has_log = stat((path + "-wal").c_str(), &info) == 0;
  auto opened = Database::open(
      "file:" + percent_encode(path) + (has_log ? "?mode=ro&readonly_shm=1" : "?mode=ro&immutable=1"),
      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path);
  if (!opened) return opened;
  if (auto set = (*opened)->script("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY"); !set) {
    return set.error();
  }
  if (auto known = readable_version(**opened); !known) return known.error();
  return opened;
}

Result<std::string> latest_error(Database& db, const std::string& endpoint) {
  Query query = db.query(
      "SELECT last_error FROM delivery WHERE endpoint = ? AND last_error <> '' ORDER BY changed DESC LIMIT "
      "1");
  const auto row = query.bind(endpoint).next();
  if (!row) return row.error();
  return *row ? query.text(0) : std::string();
}

// Nothing of a file that waits for its migration: the rest can be shown before an upgrade's first start.
Result<KeysKept> keys_in(Database& db) {
  const auto version = readable_version(db);
  if (!version) return version.error();
  return *version < kKeysCounted ? KeysKept() : count_keys(db, kMaxShown);
}

Result<Report> report_of(Database& db) {
  Report report;
  auto counts = count(db);
  if (!counts) return counts.error();
  report.counts = std::move(*counts);
  auto stopped = stops(db);
  if (!stopped) return stopped.error();
  report.stops = std::move(*stopped);
  for (const Count& count : report.counts) {
    auto error = latest_error(db, count.endpoint);
    if (!error) return error.error();
    report.latest_errors[count.endpoint] = std::move(*error);
    report.deliveries += count.waiting + count.dead;
  }
  auto first = list(db, {}, 0, kMaxShown);
  if (!first) return first.error();
  report.first = std::move(*first);
  auto keys = keys_in(db);
  if (!keys) return keys.error();
  report.keys = std::move(*keys);
  return report;
}

}  // namespace

Result<std::string> table(const std::string& directory, const Clock& clock) {
  auto opened = open(directory);
  if (!opened) return opened.error();
  Database& db = **opened;
  if (auto begun = db.run("BEGIN"); !begun) return begun.error();  // one view for all that follows
  const auto report = report_of(db);
  if (!report) return report.error();
  return as_table(*report, clock.wall());
}

}  // namespace restanza::journal
