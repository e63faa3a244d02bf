// SPDX-License-Identifier: MIT
#include "journal/postgres/lease.h"

#include <unistd.h>

#include <algorithm>
#include <climits>

namespace restanza::journal::postgres {
namespace {

// Those that ended this long ago are forgotten.
constexpr const char* kForget = "DELETE FROM node WHERE expires < clock_timestamp() - interval '1 day'";

int64_t lease_ms() {
  return std::chrono::milliseconds(kLease).count();
}

// For people.
std::string node_name() {
  char host[HOST_NAME_MAX + 1] = {};
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return std::string(host[0] ? host : "a host") + ", process " + std::to_string(getpid());
}

// A backend that still writes for a node whose lease has lapsed, or for a connection that is gone, keeps the
// node's row locked, and ends.
void add_end_of(Connection& connection, const std::string& whose, Params params = {}) {
  connection.add(
      "SELECT pg_catalog.pg_terminate_backend(a.pid)::int::int8 FROM node JOIN pg_catalog.pg_stat_activity a "
      "ON "
      "a.pid = node.pid AND a.backend_start = node.backend_start AND a.usename = current_user WHERE " +
          whose,
      std::move(params));
}

Tried<std::optional<Lease>> take_over(Connection& connection, const std::string& run, Holder& holder) {
  const auto queue = connection.ask(
      "SELECT identity, coalesce(holder, ''), coalesce(name, ''), coalesce((expires > "
      "clock_timestamp())::int::int8, 0), (extract(epoch FROM expires) * 1000000)::int8 FROM queue LEFT JOIN "
      "node ON run = holder FOR UPDATE OF queue");
  if (!queue) return queue.error();
  if (queue->empty())
    return Failure{
        connection.name() + ": the table queue has no row: run restanza-host --migrate", {}, false};
  if (queue->integer(0, 3) != 0) {
    holder = {queue->text(0, 2), queue->integer(0, 4)};
    return std::optional<Lease>();
  }
  std::optional<Lease> lease = Lease{run, queue->text(0, 0), 1, 0, 0};
  connection.add("UPDATE node SET epoch = epoch + 1 WHERE run = $1::text", Params().text(queue->text(0, 1)));
  const auto latest = connection.ask(
      "SELECT greatest((SELECT coalesce(max(latest), 0) FROM node), (SELECT coalesce(max(seq), 0) FROM "
      "delivery), (SELECT coalesce(max(acknowledged), 0) FROM consumer))");
  if (!latest) return latest.error();
  lease->latest = latest->integer(0, 0);
  connection.add(
      "INSERT INTO node SELECT $1::text, $2::text, $3::text, 1, 0, $4::int8, clock_timestamp() + $5::int8 * "
      "interval '1 ms', pg_catalog.pg_backend_pid(), backend_start FROM pg_catalog.pg_stat_activity WHERE "
      "pid "
      "= pg_catalog.pg_backend_pid()",
      Params().text(run).text(node_name()).text(RESTANZA_VERSION).integer(lease->latest).integer(lease_ms()));
  connection.add("UPDATE queue SET holder = $1::text", Params().text(run));
  connection.add(kForget);
  if (auto done = connection.run(); !done) return done.error();
  return lease;
}

}  // namespace

Tried<std::optional<Lease>> take_queue(Connection& connection, const std::string& run, Holder& holder) {
  add_end_of(connection, "expires <= clock_timestamp() AND run = (SELECT holder FROM queue)");
  connection.add("BEGIN");
  auto lease = take_over(connection, run, holder);
  const auto ended = connection.failed() ? Tried<Rows>(lease.error())
                                         : connection.ask(lease && *lease ? "COMMIT" : "ROLLBACK");
  if (lease && !ended) return ended.error();
  return lease;
}

Tried<std::optional<Again>> take_again(Connection& connection, const Lease& mine) {
  const auto identity =
      connection.ask("SELECT identity FROM queue WHERE identity = $1::text", Params().text(mine.identity));
  if (!identity) return identity.error();
  if (identity->empty()) return std::optional<Again>();
  add_end_of(connection, "run = $1::text AND node.pid <> pg_catalog.pg_backend_pid()",
             Params().text(mine.run));
  const auto renewed = connection.ask(
      "UPDATE node SET epoch = $2::int8 + 1, expires = clock_timestamp() + $3::int8 * interval '1 ms', pid = "
      "a.pid, backend_start = a.backend_start FROM pg_catalog.pg_stat_activity a WHERE a.pid = "
      "pg_catalog.pg_backend_pid() AND run = $1::text AND epoch <= $2::int8 RETURNING epoch, written, latest",
      Params().text(mine.run).integer(mine.epoch).integer(lease_ms()));
  if (!renewed) return renewed.error();
  Again again{mine, !renewed->empty()};
  if (again.has_it) {
    again.lease.epoch = renewed->integer(0, 0);
    again.lease.written = renewed->integer(0, 1);
    again.lease.latest = std::max(mine.latest, renewed->integer(0, 2));
    return std::optional<Again>(again);
  }
  const auto left = connection.ask("SELECT written FROM node WHERE run = $1::text", Params().text(mine.run));
  if (!left) return left.error();
  if (left->empty()) return std::optional<Again>();
  again.lease.written = left->integer(0, 0);
  return std::optional<Again>(again);
}

void add_check(Connection& connection, const Lease& mine, int64_t written, int64_t latest) {
  connection.add(
      "WITH held AS (UPDATE node SET written = $3::int8, latest = $4::int8, expires = clock_timestamp() + "
      "$5::int8 * interval '1 ms' WHERE run = $1::text AND epoch = $2::int8 AND expires > clock_timestamp() "
      "RETURNING 1) SELECT 1 / count(*) FROM held",
      Params().text(mine.run).integer(mine.epoch).integer(written).integer(latest).integer(lease_ms()));
}

Tried<void> give_back(Connection& connection, const Lease& mine) {
  const auto done =
      connection.ask("UPDATE node SET expires = clock_timestamp() WHERE run = $1::text AND epoch = $2::int8",
                     Params().text(mine.run).integer(mine.epoch));
  return done ? Tried<void>() : done.error();
}

}  // namespace restanza::journal::postgres
