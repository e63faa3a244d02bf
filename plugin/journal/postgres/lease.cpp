// SPDX-License-Identifier: MIT
#include "journal/postgres/lease.h"

#include <unistd.h>

#include <climits>

#include "journal/postgres/dealing.h"

namespace restanza::journal::postgres {
namespace {

// Those that ended this long ago are forgotten; what they have changed stays counted.
constexpr const char* kForget =
    "WITH gone AS (DELETE FROM node WHERE expires < clock_timestamp() - interval '1 day' AND NOT EXISTS "
    "(SELECT 1 FROM bucket WHERE holder = run) RETURNING bytes) UPDATE queue SET bytes = bytes + (SELECT "
    "coalesce(sum(bytes), 0) FROM gone)";

int64_t lease_ms() {
  return std::chrono::milliseconds(kLease).count();
}

// For people.
std::string node_name() {
  char host[HOST_NAME_MAX + 1] = {};
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return std::string(host[0] ? host : "a host") + ", process " + std::to_string(getpid());
}

// Where one of the two must be alone.
Tried<int64_t> count_nodes(Connection& connection, bool alone) {
  const auto others = connection.ask(
      "SELECT count(*), coalesce(max(alone), 0)::int8, coalesce(min(name), '') FROM node WHERE expires > "
      "clock_timestamp()");
  if (!others) return others.error();
  const int64_t count = others->integer(0, 0);
  if (count == 0 || !(alone || others->integer(0, 1) != 0)) return count + 1;
  const std::string who =
      connection.name() + ": another host has the queue of this domain: " + others->text(0, 2);
  return Failure{who + (alone ? ": stop it" : ": it is copying: wait until it has ended"), {}, false};
}

Tried<Joined> join_now(Connection& connection, const std::string& run, int64_t behind, bool alone) {
  Joined joined;
  const auto queue = connection.ask("SELECT identity FROM queue FOR UPDATE");
  if (!queue) return queue.error();
  if (queue->empty())
    return Failure{
        connection.name() + ": the table queue has no row: run restanza-host --migrate", {}, false};
  joined.lease = {run, queue->text(0, 0), 1, 0};
  const auto nodes = count_nodes(connection, alone);
  if (!nodes) return nodes.error();
  joined.nodes = *nodes;
  add_take_from_dead(connection);
  connection.add(
      "INSERT INTO node (run, name, version, epoch, written, expires, pid, backend_start, alone) SELECT "
      "$1::text, $2::text, $3::text, 1, 0, clock_timestamp() + $4::int8 * interval '1 ms', "
      "pg_catalog.pg_backend_pid(), backend_start, $5::int8 FROM pg_catalog.pg_stat_activity WHERE pid = "
      "pg_catalog.pg_backend_pid() ON CONFLICT (run) DO UPDATE SET epoch = node.epoch + 1, expires = "
      "excluded.expires, pid = excluded.pid, backend_start = excluded.backend_start",
      Params().text(run).text(node_name()).text(RESTANZA_VERSION).integer(lease_ms()).integer(alone ? 1 : 0));
  connection.add("UPDATE queue SET latest = greatest(latest, $1::int8)", Params().integer(behind));
  connection.add(kForget);
  const auto share = share_of(connection, run);
  if (!share) return share.error();
  const auto taken = take_free(connection, run, *share);
  if (!taken) return taken.error();
  joined.buckets = *taken;
  const auto block = reserve_block(connection);
  if (!block) return block.error();
  joined.block = *block;
  return joined;
}

}  // namespace

Buckets buckets_in(const Rows& rows) {
  Buckets buckets;
  for (int row = 0; row < rows.size(); ++row)
    buckets.set(static_cast<size_t>(rows.integer(row, 0)) % kBuckets);
  return buckets;
}

std::vector<int64_t> numbers_of(const Buckets& buckets) {
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i]) numbers.push_back(static_cast<int64_t>(i));
  }
  return numbers;
}

Tried<Block> reserve_block(Connection& connection) {
  const auto latest = connection.ask("UPDATE queue SET latest = latest + $1::int8 RETURNING latest",
                                     Params().integer(Block::kSize));
  if (!latest) return latest.error();
  if (latest->empty()) return Failure{connection.name() + ": the table queue has no row", {}, false};
  return Block{latest->integer(0, 0) - Block::kSize, latest->integer(0, 0)};
}

Tried<Joined> join(Connection& connection, const std::string& run, int64_t behind, bool alone) {
  add_end_of_dead_backends(connection);
  return in_transaction(connection, [&] { return join_now(connection, run, behind, alone); });
}

Tried<std::optional<Again>> take_again(Connection& connection, const Lease& mine) {
  const auto identity =
      connection.ask("SELECT identity FROM queue WHERE identity = $1::text", Params().text(mine.identity));
  if (!identity) return identity.error();
  if (identity->empty()) return std::optional<Again>();
  connection.add(
      "SELECT pg_catalog.pg_terminate_backend(a.pid)::int::int8 FROM node JOIN pg_catalog.pg_stat_activity a "
      "ON "
      "a.pid = node.pid AND a.backend_start = node.backend_start AND a.usename = current_user WHERE run = "
      "$1::text AND node.pid <> pg_catalog.pg_backend_pid()",
      Params().text(mine.run));
  const auto renewed = connection.ask(
      "UPDATE node SET epoch = epoch + 1, expires = clock_timestamp() + $2::int8 * interval '1 ms', pid = "
      "a.pid, "
      "backend_start = a.backend_start FROM pg_catalog.pg_stat_activity a WHERE a.pid = "
      "pg_catalog.pg_backend_pid() AND run = $1::text RETURNING epoch, written",
      Params().text(mine.run).integer(lease_ms()));
  if (!renewed) return renewed.error();
  if (renewed->empty()) return std::optional<Again>();
  // Under the new epoch nobody takes them but when it lapses again, and then the next write fails.
  const auto held =
      connection.ask("SELECT number::int8 FROM bucket WHERE holder = $1::text", Params().text(mine.run));
  if (!held) return held.error();
  Again again{mine, buckets_in(*held)};
  again.lease.epoch = renewed->integer(0, 0);
  again.lease.written = renewed->integer(0, 1);
  return std::optional<Again>(again);
}

void add_check(Connection& connection, const Lease& mine, int64_t written, int64_t bytes) {
  connection.add(
      "WITH held AS (UPDATE node SET written = $3::int8, bytes = bytes + $4::int8, expires = "
      "clock_timestamp() + "
      "$5::int8 * interval '1 ms' WHERE run = $1::text AND epoch = $2::int8 AND expires > clock_timestamp() "
      "RETURNING 1) SELECT 1 / count(*) FROM held",
      Params().text(mine.run).integer(mine.epoch).integer(written).integer(bytes).integer(lease_ms()));
}

Tried<void> give_back(Connection& connection, const Lease& mine) {
  const auto done =
      connection.ask("UPDATE node SET expires = clock_timestamp() WHERE run = $1::text AND epoch = $2::int8",
                     Params().text(mine.run).integer(mine.epoch));
  return done ? Tried<void>() : done.error();
}

}  // namespace restanza::journal::postgres
