// SPDX-License-Identifier: MIT
#include "journal/postgres/table.h"

#include <utility>

#include "journal/columns.h"
#include "journal/postgres/deliveries.h"
#include "journal/postgres/keys.h"
#include "journal/postgres/place.h"
#include "journal/postgres/schema.h"
#include "journal/report.h"

namespace restanza::journal::postgres {
namespace {

Tried<std::map<std::string, std::string>> latest_errors(Connection& connection) {
  const auto rows = connection.ask(
      "SELECT DISTINCT ON (endpoint) endpoint, last_error FROM delivery WHERE last_error <> '' ORDER BY "
      "endpoint, changed DESC");
  if (!rows) return rows.error();
  std::map<std::string, std::string> errors;
  for (int row = 0; row < rows->size(); ++row) errors[rows->text(row, 0)] = rows->text(row, 1);
  return errors;
}

template <class T>
Tried<void> into(T& member, Tried<T> found) {
  if (!found) return found.error();
  member = std::move(*found);
  return {};
}

Tried<Report> report_of(Connection& connection) {
  Report report;
  if (auto done = into(report.counts, count(connection)); !done) return done.error();
  if (auto done = into(report.stops, stops(connection)); !done) return done.error();
  if (auto done = into(report.latest_errors, latest_errors(connection)); !done) return done.error();
  if (auto done = into(report.first, list(connection, {{}, 0, kMaxShown})); !done) return done.error();
  if (auto done = into(report.keys, count_keys(connection, {kMaxShown})); !done) return done.error();
  for (const Count& count : report.counts) report.deliveries += count.waiting + count.dead;
  return report;
}

// Ages by the clock of the database, which alone counts for leases.
Tried<std::string> node_table(Connection& connection) {
  const auto rows = connection.ask(
      "SELECT name, version, (SELECT count(*) FROM bucket WHERE holder = run), extract(epoch FROM expires - "
      "clock_timestamp())::int8 FROM node ORDER BY expires DESC, name");
  if (!rows) return rows.error();
  if (rows->empty()) return std::string();
  Columns columns({"NODE", "VERSION", "BUCKETS", "LEASE"});
  for (int row = 0; row < rows->size(); ++row) {
    const int64_t left = rows->integer(row, 3);
    columns.add({rows->text(row, 0), rows->text(row, 1), std::to_string(rows->integer(row, 2)),
                 left > 0 ? std::to_string(left) + " s left" : std::to_string(-left) + " s ago"});
  }
  return "\n" + columns.text();
}

}  // namespace

Result<std::string> table(const StorePlace& place, const Clock& clock) {
  const auto where = read_place(place);
  if (!where) return where.error();
  const auto opened = Connection::open(where->address, where->schema);
  if (!opened) return told(opened.error());
  Connection& connection = **opened;
  if (auto made = check_layout(connection); !made) return told(made.error());
  connection.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");  // one view for all that follows
  const auto report = report_of(connection);
  if (!report) return told(report.error());
  const auto nodes = node_table(connection);
  if (!nodes) return told(nodes.error());
  return as_table(*report, clock.wall()) + *nodes;
}

}  // namespace restanza::journal::postgres
