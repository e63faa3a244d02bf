// SPDX-License-Identifier: MIT
#include "journal/postgres/consumers.h"

#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {
namespace {

// Asked before anything is changed.
Failure unknown(const Transaction& transaction, const std::string& name) {
  return {transaction.connection.name() + ": there is no consumer '" + name + "'", {}, false};
}

}  // namespace

Tried<Consumer> open_consumer(Transaction& transaction, const OpenConsumer& asked) {
  transaction.flush();
  // Another node may number what comes for it, with lower numbers than those of here.
  const bool ours = transaction.is_ours(bucket_of_consumer(asked.name));
  transaction.connection.add(
      "INSERT INTO consumer (name, identity, acknowledged) SELECT $1::text, $2::text, CASE WHEN $4::int8 = 1 "
      "THEN "
      "$3::int8 ELSE coalesce(max(seq), 0) END FROM delivery WHERE endpoint = $1::text ON CONFLICT (name) DO "
      "NOTHING",
      Params().text(asked.name).text(asked.identity).integer(transaction.latest()).integer(ours ? 1 : 0));
  const auto rows = transaction.connection.ask(
      "SELECT identity, acknowledged, missed, told FROM consumer WHERE name = $1::text",
      Params().text(asked.name));
  if (!rows) return rows.error();
  if (rows->empty()) return unknown(transaction, asked.name);
  return Consumer{asked.name,
                  rows->text(0, 0),
                  rows->integer(0, 1),
                  static_cast<uint64_t>(rows->integer(0, 2)),
                  static_cast<uint64_t>(rows->integer(0, 3)),
                  transaction.latest()};
}

Tried<size_t> acknowledge(Transaction& transaction, const Acknowledge& asked) {
  transaction.flush();
  const auto noted = transaction.connection.ask(
      "UPDATE consumer SET acknowledged = greatest(acknowledged, $2::int8), told = greatest(told, "
      "least(missed, "
      "$3::int8)) WHERE name = $1::text RETURNING 1::int8",
      Params().text(asked.consumer).integer(asked.upto).integer(static_cast<int64_t>(asked.told)));
  if (!noted) return noted.error();
  if (noted->empty()) return unknown(transaction, asked.consumer);
  const auto gone = transaction.remove_where(
      "seq IN (SELECT seq FROM delivery WHERE endpoint = $1::text AND state = 0 AND seq <= $2::int8 ORDER BY "
      "seq "
      "LIMIT $3::int8)",
      Params().text(asked.consumer).integer(asked.upto).integer(static_cast<int64_t>(asked.limit)));
  if (!gone) return gone.error();
  return gone->size();
}

// What has been acknowledged and is not removed yet is nothing that it misses.
Tried<size_t> give_up(Transaction& transaction, const GiveUp& asked) {
  transaction.flush();
  const auto rows = transaction.connection.ask(
      "WITH known AS (SELECT name, acknowledged FROM consumer WHERE name = $1::text), dead AS (UPDATE "
      "delivery "
      "SET state = 1, changed = $2::int8, last_error = $3::text WHERE seq IN (SELECT seq FROM delivery, "
      "known "
      "WHERE endpoint = name AND state = 0 AND accepted < $4::int8 AND seq > acknowledged AND ($6::int8 = 0 "
      "OR seq "
      "< (SELECT seq FROM delivery WHERE endpoint = $1::text AND state = 0 ORDER BY seq DESC OFFSET $6::int8 "
      "- 1 "
      "LIMIT 1)) ORDER BY seq LIMIT $5::int8) RETURNING 1) UPDATE consumer SET missed = missed + (SELECT "
      "count(*) FROM dead) WHERE name = "
      "$1::text RETURNING (SELECT count(*) FROM dead)",
      Params()
          .text(asked.consumer)
          .integer(to_ms(asked.now))
          .text(asked.why)
          .integer(asked.age ? to_ms(asked.now - *asked.age) : INT64_MAX)
          .integer(static_cast<int64_t>(asked.limit))
          .integer(static_cast<int64_t>(asked.keep)));
  if (!rows) return rows.error();
  if (rows->empty()) return unknown(transaction, asked.consumer);
  return static_cast<size_t>(rows->integer(0, 0));
}

Tried<std::vector<Consumer>> consumers(Connection& connection) {
  const auto rows = connection.ask(
      "SELECT name, identity, acknowledged, missed, told, (SELECT latest FROM queue) FROM "
      "consumer");
  if (!rows) return rows.error();
  std::vector<Consumer> all;
  for (int row = 0; row < rows->size(); ++row) {
    all.push_back({rows->text(row, 0), rows->text(row, 1), rows->integer(row, 2),
                   static_cast<uint64_t>(rows->integer(row, 3)), static_cast<uint64_t>(rows->integer(row, 4)),
                   rows->integer(row, 5)});
  }
  return all;
}

void restore_consumer(Transaction& transaction, const Consumer& consumer) {
  transaction.pass_over(consumer.latest);
  transaction.connection.add("DELETE FROM consumer WHERE name = $1::text AND identity <> $2::text",
                             Params().text(consumer.name).text(consumer.identity));
  transaction.connection.add(
      "INSERT INTO consumer AS known VALUES ($1::text, $2::text, $3::int8, $4::int8, $5::int8) ON CONFLICT "
      "(name) DO UPDATE SET acknowledged = greatest(known.acknowledged, excluded.acknowledged), missed = "
      "greatest(known.missed, excluded.missed), told = greatest(known.told, excluded.told)",
      Params()
          .text(consumer.name)
          .text(consumer.identity)
          .integer(consumer.acknowledged)
          .integer(static_cast<int64_t>(consumer.missed))
          .integer(static_cast<int64_t>(consumer.told)));
}

void forget_consumer(Transaction& transaction, const std::string& name) {
  transaction.connection.add("DELETE FROM consumer WHERE name = $1::text", Params().text(name));
}

Tried<std::vector<Ticket>> tickets(Connection& connection) {
  const auto rows =
      connection.ask("SELECT digest, consumer, credential, proof, state::int8, since FROM ticket");
  if (!rows) return rows.error();
  std::vector<Ticket> all;
  for (int row = 0; row < rows->size(); ++row) {
    all.push_back({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2), rows->text(row, 3),
                   ticket_state_of(rows->integer(row, 4)), from_ms(rows->integer(row, 5))});
  }
  return all;
}

void keep_ticket(Transaction& transaction, const Ticket& ticket) {
  transaction.connection.add(
      "INSERT INTO ticket VALUES ($1::bytea, $2::text, $3::text, $4::bytea, $5::int8, $6::int8) ON CONFLICT "
      "(digest) DO UPDATE SET consumer = excluded.consumer, credential = excluded.credential, proof = "
      "excluded.proof, state = excluded.state, since = excluded.since",
      Params()
          .bytes(ticket.digest)
          .text(ticket.consumer)
          .text(ticket.credential)
          .bytes(ticket.proof)
          .integer(stored(ticket.state))
          .integer(to_ms(ticket.since)));
}

void forget_ticket(Transaction& transaction, const std::string& digest) {
  transaction.connection.add("DELETE FROM ticket WHERE digest = $1::bytea", Params().bytes(digest));
}

}  // namespace restanza::journal::postgres
