// SPDX-License-Identifier: MIT
#include "journal/sqlite/table.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "base/str.h"
#include "journal/sqlite/columns.h"
#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/files.h"
#include "journal/sqlite/key_room.h"
#include "journal/sqlite/schema.h"
#include "xmpp/stanza.h"

namespace restanza::journal {
namespace {

std::string age(WallTime then, WallTime now) {
  const auto seconds =
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - then).count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / (24 * 3600)) + " d";
}

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

Result<std::string> endpoints(Database& db, WallTime now) {
  const auto counts = count(db);
  if (!counts) return counts.error();
  const auto stopped = stops(db);
  if (!stopped) return stopped.error();
  struct Row {
    std::string state = "active";
    Count count;
  };
  std::map<std::string, Row> rows;
  for (const Count& count : *counts) rows[count.endpoint].count = count;
  for (const EndpointStop& stop : *stopped) {
    rows[stop.endpoint].state = std::string(stop.stop == Stop::disabled ? "disabled" : "paused") +
                                (stop.reason.empty() ? "" : ": " + stop.reason);
  }
  if (rows.empty()) return std::string("The journal is empty.\n");
  Columns columns({"ENDPOINT", "STATE", "WAITING", "DEAD", "OLDEST", "LAST ERROR"});
  for (const auto& [endpoint, row] : rows) {
    auto error = latest_error(db, endpoint);
    if (!error) return error;
    columns.add({endpoint, row.state, std::to_string(row.count.waiting), std::to_string(row.count.dead),
                 row.count.oldest ? age(*row.count.oldest, now) : "-", *error});
  }
  return columns.text();
}

Result<std::string> deliveries(Database& db, WallTime now) {
  const auto total = db.number("SELECT count(*) FROM delivery");
  if (!total) return total.error();
  if (*total == 0) return std::string();
  Columns columns({"ID", "ENDPOINT", "STATE", "FROM", "TO", "KIND", "AGE", "ATTEMPTS", "LAST ERROR"});
  Query query = db.query(
      "SELECT delivery.id, endpoint, state, sender, recipient, kind, accepted, attempts, last_error "
      "FROM delivery JOIN stanza ON number = stanza ORDER BY seq LIMIT ?");
  query.bind(static_cast<int64_t>(kMaxShown));
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) break;
    columns.add({query.text(0), query.text(1), query.integer(2) == 0 ? "waiting" : "dead", query.text(3),
                 query.text(4), xmpp::name_of(static_cast<xmpp::Kind>(query.integer(5))),
                 age(from_ms(query.integer(6)), now), std::to_string(query.integer(7)), query.text(8)});
  }
  std::string text = "\n" + columns.text();
  const auto more = static_cast<size_t>(*total) - std::min(static_cast<size_t>(*total), kMaxShown);
  if (more > 0) text += "and " + std::to_string(more) + " more\n";
  return text;
}

// Nothing of a file that waits for its migration: the rest can be shown before an upgrade's first start.
Result<std::string> key_table(Database& db) {
  const auto version = readable_version(db);
  if (!version) return version.error();
  if (*version < kKeysCounted) return std::string();
  const auto kept = count_keys(db, kMaxShown);
  if (!kept) return kept.error();
  if (kept->keys == 0) return std::string();
  Columns columns({"IDEMPOTENCY KEYS OF", "KEYS", "BYTES"});
  for (const KeyUse& use : kept->credentials) {
    columns.add(
        {use.credential.empty() ? "-" : use.credential, std::to_string(use.keys), std::to_string(use.bytes)});
  }
  columns.add({"all", std::to_string(kept->keys), std::to_string(kept->bytes)});
  return "\n" + columns.text();
}

}  // namespace

Result<std::string> table(const std::string& directory, const Clock& clock) {
  auto opened = open(directory);
  if (!opened) return opened.error();
  Database& db = **opened;
  if (auto begun = db.run("BEGIN"); !begun) return begun.error();  // one view for all that follows
  const WallTime now = clock.wall();
  auto text = endpoints(db, now);
  if (!text) return text;
  auto rest = deliveries(db, now);
  if (!rest) return rest;
  auto remembered = key_table(db);
  if (!remembered) return remembered;
  return *text + *rest + *remembered;
}

}  // namespace restanza::journal
