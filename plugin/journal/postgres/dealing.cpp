// SPDX-License-Identifier: MIT
#include "journal/postgres/dealing.h"

#include <algorithm>
#include <utility>

#include "journal/postgres/deliveries.h"

namespace restanza::journal::postgres {
namespace {

constexpr const char* kAlive = "(SELECT run FROM node WHERE expires > clock_timestamp())";

// Of node $1: all that live, and those of them that are linked; how many stand before it, of both; and
// whether it is linked itself.
constexpr const char* kCounts =
    "count(*) FILTER (WHERE expires > clock_timestamp()), count(*) FILTER (WHERE expires > clock_timestamp() "
    "AND "
    "linked = 1), count(*) FILTER (WHERE expires > clock_timestamp() AND run < $1::text), count(*) FILTER "
    "(WHERE "
    "expires > clock_timestamp() AND linked = 1 AND run < $1::text), coalesce(max(linked) FILTER (WHERE run "
    "= "
    "$1::text), 0)::int8";
constexpr int kCountColumns = 5;

// The first `kBuckets % nodes` of them have one more.
size_t share_in(const Rows& counts) {
  const bool linked = counts.integer(0, 1) > 0;
  if (linked && counts.integer(0, 4) == 0) return 0;
  const int64_t nodes = std::max<int64_t>(counts.integer(0, linked ? 1 : 0), 1);
  const int64_t before = counts.integer(0, linked ? 3 : 2);
  const auto all = static_cast<int64_t>(kBuckets);
  return static_cast<size_t>(all / nodes + (before < all % nodes ? 1 : 0));
}

Tried<Dealt> deal_now(Connection& connection, const Lease& mine, const Buckets& had, const Buckets& given) {
  Dealt dealt;
  connection.add("SELECT 1::int8 FROM queue FOR UPDATE");
  add_take_from_dead(connection);
  connection.add("UPDATE bucket SET holder = NULL WHERE holder = $1::text AND number = ANY ($2::int8[])",
                 Params().text(mine.run).integers(numbers_of(given)));
  const auto most = share_of(connection, mine.run);
  if (!most) return most.error();
  const size_t left = (had & ~given).count();
  if (*most > left) {
    const auto taken = take_free(connection, mine.run, *most - left);
    if (!taken) return taken.error();
    dealt.gained = *taken;
  }
  if (dealt.gained.any()) {
    const auto block = reserve_block(connection);
    if (!block) return block.error();
    dealt.block = *block;
    auto waiting = waiting_in(connection, dealt.gained);
    if (!waiting) return waiting.error();
    dealt.waiting = std::move(*waiting);
  }
  add_check(connection, mine, mine.written);
  if (auto checked = connection.run(); !checked) return checked.error();
  return dealt;
}

}  // namespace

void add_end_of_dead_backends(Connection& connection) {
  connection.add(
      "SELECT pg_catalog.pg_terminate_backend(a.pid)::int::int8 FROM node JOIN pg_catalog.pg_stat_activity a "
      "ON "
      "a.pid = node.pid AND a.backend_start = node.backend_start AND a.usename = current_user WHERE expires "
      "<= "
      "clock_timestamp() AND node.pid <> pg_catalog.pg_backend_pid() AND EXISTS (SELECT 1 FROM bucket WHERE "
      "holder "
      "= run)");
}

void add_take_from_dead(Connection& connection) {
  connection.add(
      "WITH dead AS (UPDATE node SET epoch = epoch + 1 WHERE expires <= clock_timestamp() AND EXISTS (SELECT "
      "1 "
      "FROM bucket WHERE holder = run) RETURNING run) UPDATE bucket SET holder = NULL FROM dead WHERE holder "
      "= "
      "dead.run");
  // Of nodes that nobody knows any more.
  connection.add("UPDATE bucket SET holder = NULL WHERE holder NOT IN (SELECT run FROM node)");
}

Tried<Buckets> take_free(Connection& connection, const std::string& run, size_t most) {
  const auto taken = connection.ask(
      "UPDATE bucket SET holder = $1::text WHERE number IN (SELECT number FROM bucket WHERE holder IS NULL "
      "ORDER "
      "BY number LIMIT $2::int8) RETURNING number::int8",
      Params().text(run).integer(static_cast<int64_t>(most)));
  if (!taken) return taken.error();
  return buckets_in(*taken);
}

Tried<size_t> share_of(Connection& connection, const std::string& run) {
  const auto counts = connection.ask(std::string("SELECT ") + kCounts + " FROM node", Params().text(run));
  if (!counts) return counts.error();
  return share_in(*counts);
}

Tried<Round> look_round(Connection& connection, const std::string& run, const Buckets& mine) {
  const auto seen =
      connection.ask(std::string("SELECT ") + kCounts +
                         ", (SELECT count(*) FROM bucket WHERE holder IS NULL OR holder NOT IN " + kAlive +
                         "), (EXISTS (SELECT 1 FROM arrival WHERE bucket = ANY ($2::int8[])))::int::int8, "
                         "coalesce(sum(written) "
                         "FILTER (WHERE run <> $1::text), 0)::int8, (coalesce(sum(bytes), 0) + (SELECT bytes "
                         "FROM queue))::int8 "
                         "FROM node",
                     Params().text(run).integers(numbers_of(mine)));
  if (!seen) return seen.error();
  return Round{share_in(*seen),
               seen->integer(0, 0) > 1,
               seen->integer(0, kCountColumns) > 0,
               seen->integer(0, kCountColumns + 1) != 0,
               seen->integer(0, kCountColumns + 2),
               seen->integer(0, kCountColumns + 3)};
}

Tried<Dealt> deal(Connection& connection, const Lease& mine, const Buckets& had, const Buckets& given) {
  add_end_of_dead_backends(connection);
  return in_transaction(connection, [&] { return deal_now(connection, mine, had, given); });
}

}  // namespace restanza::journal::postgres
