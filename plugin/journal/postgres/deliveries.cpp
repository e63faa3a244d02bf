// SPDX-License-Identifier: MIT
#include "journal/postgres/deliveries.h"

#include <algorithm>
#include <utility>

#include "journal/postgres/delivery_row.h"
#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {
namespace {

std::string columns() {
  return std::string("SELECT ") + kHeadColumns;
}

// With the text, which stands behind the other columns.
constexpr const char* kWithText =
    ", coalesce(d.xml, s.xml) FROM delivery d LEFT JOIN stanza s ON s.number = d.stanza ";

Delivery with_text(const Rows& rows, int row) {
  Delivery delivery = delivery_of(rows, row);
  delivery.stanza->xml = rows.text(row, kHeadCount);
  return delivery;
}

// The filter as conditions, each behind an AND. The state stands in the text, so that the index of the dead
// can serve.
std::string conditions(const Filter& filter, Params& params) {
  std::string sql;
  const auto next = [&] { return "$" + std::to_string(params.values().size()); };
  if (filter.state) sql += " AND d.state = " + std::to_string(stored(*filter.state));
  if (!filter.endpoint.empty()) {
    params.text(filter.endpoint);
    sql += " AND d.endpoint = " + next() + "::text";
  }
  if (filter.after) {
    params.integer(to_ms(*filter.after));
    sql += " AND d.accepted >= " + next() + "::int8";
  }
  if (filter.before) {
    params.integer(to_ms(*filter.before));
    sql += " AND d.accepted < " + next() + "::int8";
  }
  return sql;
}

// Behind a seq ($1), at most so many ($2), with no more than so many bytes of xml ($3). The sizes are added
// up as the rows are found, in their order, so that no more of them are read.
Tried<std::vector<Delivery>> whole(Connection& connection, const std::string& chosen, Params params) {
  const auto rows = connection.ask(
      "SELECT * FROM (" + columns() +
          ", coalesce(d.xml, s.xml), sum(octet_length(coalesce(d.xml, s.xml))) OVER (ORDER BY d.seq) AS "
          "upto, "
          "row_number() OVER (ORDER BY d.seq) AS place FROM delivery d LEFT JOIN stanza s ON s.number = "
          "d.stanza "
          "WHERE d.seq > $1::int8" +
          chosen + " ORDER BY d.seq LIMIT $2::int8) p WHERE upto <= $3::int8 OR place = 1 ORDER BY seq",
      std::move(params));
  if (!rows) return rows.error();
  std::vector<Delivery> deliveries;
  for (int row = 0; row < rows->size(); ++row) deliveries.push_back(with_text(*rows, row));
  return deliveries;
}

// Whoever has their buckets gives them their numbers.
Tried<void> send_to_others(Transaction& transaction, const std::vector<int64_t>& seqs, int64_t now_ms) {
  if (seqs.empty()) return {};
  const auto sent = transaction.connection.ask(
      "WITH sent AS (INSERT INTO arrival (bucket, id, endpoint, answers, accepted, changed, kind, type, "
      "sender, "
      "recipient, stanza_id, bytes, xml) SELECT bucket, id, endpoint, answers, $2::int8, $2::int8, kind, "
      "type, "
      "sender, recipient, stanza_id, bytes, coalesce(d.xml, s.xml) FROM delivery d LEFT JOIN stanza s ON "
      "s.number = "
      "d.stanza WHERE d.seq = ANY ($1::int8[]) ORDER BY d.seq RETURNING bytes) SELECT coalesce(sum(bytes), "
      "0)::int8 "
      "FROM sent",
      Params().integers(seqs).integer(now_ms));
  if (!sent) return sent.error();
  transaction.change.bytes += sent->integer(0, 0);
  const auto gone = transaction.remove_where("seq = ANY ($1::int8[])", Params().integers(seqs));
  return gone ? Tried<void>() : gone.error();
}

// Dead letters become waiting deliveries with new numbers, in their order.
Tried<void> bring_back(Transaction& transaction, std::vector<Delivery>& deliveries, WallTime now) {
  const int64_t now_ms = to_ms(now);
  std::vector<int64_t> old, fresh, others;
  for (Delivery& delivery : deliveries) {
    if (transaction.is_ours(bucket_of(delivery.endpoint, *delivery.stanza))) {
      old.push_back(std::exchange(delivery.seq, transaction.next_seq()));
      fresh.push_back(delivery.seq);
    } else {
      others.push_back(std::exchange(delivery.seq, kElsewhere));
    }
    delivery.state = State::waiting;
    delivery.attempts = delivery.failures = 0;
    delivery.accepted = delivery.changed = from_ms(now_ms);
    delivery.last_error.clear();
  }
  transaction.connection.add(
      "UPDATE delivery d SET seq = n.fresh, state = 0, attempts = 0, failures = 0, accepted = $3::int8, "
      "changed = "
      "$3::int8, last_error = '' FROM unnest($1::int8[], $2::int8[]) AS n (old, fresh) WHERE d.seq = n.old",
      Params().integers(old).integers(fresh).integer(now_ms));
  return send_to_others(transaction, others, now_ms);
}

}  // namespace

Tried<std::vector<Delivery>> list(Connection& connection, const List& asked, const Buckets& ours) {
  Params params;
  params.integer(asked.beyond).integer(static_cast<int64_t>(asked.limit));
  std::string chosen = conditions(asked.filter, params);
  if (asked.ours && !ours.all()) {
    params.integers(numbers_of(ours));
    chosen += " AND d.bucket = ANY ($" + std::to_string(params.values().size()) + "::int8[])";
  }
  const auto rows = connection.ask(
      columns() + " FROM delivery d WHERE d.seq > $1::int8" + chosen + " ORDER BY d.seq LIMIT $2::int8",
      std::move(params));
  if (!rows) return rows.error();
  std::vector<Delivery> deliveries;
  for (int row = 0; row < rows->size(); ++row) deliveries.push_back(delivery_of(*rows, row));
  return deliveries;
}

Tried<std::vector<Delivery>> waiting_in(Connection& connection, const Buckets& buckets) {
  return list(connection, {{State::waiting, {}, {}, {}}, 0, INT64_MAX, false, true}, buckets);
}

Tried<std::optional<Delivery>> find(Connection& connection, const std::string& id) {
  const auto rows =
      connection.ask(columns() + kWithText + "WHERE d.id = $1::text LIMIT 1", Params().text(id));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<Delivery>() : with_text(*rows, 0);
}

Tried<std::optional<xmpp::Stanza>> stanza_of(Connection& connection, Seq seq) {
  const auto rows = connection.ask(columns() + kWithText + "WHERE d.seq = $1::int8", Params().integer(seq));
  if (!rows) return rows.error();
  return rows->empty() ? std::optional<xmpp::Stanza>() : with_text(*rows, 0).stanza;
}

Tried<std::vector<Delivery>> page(Connection& connection, const Page& asked) {
  return whole(connection, " AND d.endpoint = $4::text AND d.state = 0",
               Params()
                   .integer(asked.beyond)
                   .integer(static_cast<int64_t>(asked.limit))
                   .integer(static_cast<int64_t>(asked.bytes))
                   .text(asked.consumer));
}

Tried<std::vector<Delivery>> list_whole(Connection& connection, const ListWhole& asked) {
  return whole(connection, "",
               Params()
                   .integer(asked.beyond)
                   .integer(static_cast<int64_t>(asked.limit))
                   .integer(static_cast<int64_t>(asked.bytes)));
}

Tried<std::vector<Count>> count(Connection& connection) {
  const auto rows = connection.ask(
      "SELECT c.endpoint, waiting, dead, accepted FROM (SELECT endpoint, count(*) FILTER (WHERE state = 0) "
      "AS "
      "waiting, count(*) FILTER (WHERE state = 1) AS dead, min(seq) FILTER (WHERE state = 0) AS oldest FROM "
      "delivery GROUP BY endpoint) c LEFT JOIN delivery ON seq = oldest ORDER BY 1");
  if (!rows) return rows.error();
  std::vector<Count> counts;
  for (int row = 0; row < rows->size(); ++row) {
    counts.push_back({rows->text(row, 0), static_cast<size_t>(rows->integer(row, 1)),
                      static_cast<size_t>(rows->integer(row, 2)), std::nullopt});
    if (!rows->is_null(row, 3)) counts.back().oldest = from_ms(rows->integer(row, 3));
  }
  return counts;
}

Tried<std::vector<EndpointStop>> stops(Connection& connection) {
  const auto rows = connection.ask("SELECT endpoint, stop::int8, reason FROM endpoint_stop ORDER BY 1");
  if (!rows) return rows.error();
  std::vector<EndpointStop> all;
  for (int row = 0; row < rows->size(); ++row) {
    const bool disabled = rows->integer(row, 1) == stored(Stop::disabled);
    all.push_back({rows->text(row, 0), disabled ? Stop::disabled : Stop::paused, rows->text(row, 2)});
  }
  return all;
}

Tried<std::optional<Delivery>> revive(Transaction& transaction, const Revive& asked) {
  transaction.flush();
  auto found = find(transaction.connection, asked.id);
  if (!found) return found;
  if (!*found || (*found)->state != State::dead) return std::optional<Delivery>();
  (*found)->stanza->xml.clear();
  std::vector<Delivery> one = {std::move(**found)};
  if (auto back = bring_back(transaction, one, asked.now); !back) return back.error();
  return std::optional<Delivery>(std::move(one.front()));
}

Tried<std::vector<Delivery>> revive(Transaction& transaction, const ReviveMany& asked) {
  transaction.flush();
  List dead{asked.filter, 0, asked.limit};
  dead.filter.state = State::dead;
  auto deliveries = list(transaction.connection, dead);
  if (!deliveries || deliveries->empty()) return deliveries;
  if (auto back = bring_back(transaction, *deliveries, asked.now); !back) return back.error();
  return deliveries;
}

Tried<std::vector<Seq>> discard(Transaction& transaction, const Discard& asked) {
  Params params;
  params.integers(asked.seqs);
  const std::string chosen = conditions(asked.filter, params);
  return transaction.remove_where(
      "seq IN (SELECT d.seq FROM delivery d WHERE d.seq = ANY ($1::int8[])" + chosen + ")",
      std::move(params));
}

Tried<void> forget_dead(Transaction& transaction, WallTime before) {
  const auto gone =
      transaction.remove_where("state = 1 AND changed < $1::int8", Params().integer(to_ms(before)));
  return gone ? Tried<void>() : gone.error();
}

void remember(Transaction& transaction, const EndpointStop& stop) {
  transaction.connection.add(
      "INSERT INTO endpoint_stop VALUES ($1::text, $2::int8, $3::text) ON CONFLICT (endpoint) DO UPDATE SET "
      "stop "
      "= excluded.stop, reason = excluded.reason",
      Params().text(stop.endpoint).integer(stored(stop.stop)).text(stop.reason));
}

void forget_stop(Transaction& transaction, const std::string& endpoint) {
  transaction.connection.add("DELETE FROM endpoint_stop WHERE endpoint = $1::text", Params().text(endpoint));
}

}  // namespace restanza::journal::postgres
