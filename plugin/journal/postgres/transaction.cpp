// SPDX-License-Identifier: MIT
#include "journal/postgres/transaction.h"

#include <optional>
#include <string_view>

#include "journal/dates.h"
#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {
namespace {

using Texts = std::vector<std::optional<std::string_view>>;
using Integers = std::vector<int64_t>;

// What goes with the last of its deliveries: asked of what was there before the statement, without what goes
// now.
constexpr const char* kGone =
    "WITH gone AS (DELETE FROM delivery WHERE %s RETURNING seq, stanza, bytes), orphan AS (DELETE FROM "
    "stanza s "
    "USING (SELECT DISTINCT stanza AS number FROM gone WHERE stanza IS NOT NULL) g WHERE s.number = g.number "
    "AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.stanza = s.number AND NOT EXISTS (SELECT 1 FROM gone "
    "WHERE gone.seq = d.seq))) ";

std::string gone_by(const std::string& condition, const char* select) {
  std::string sql = kGone;
  sql.replace(sql.find("%s"), 2, condition);
  return sql + select;
}

// Of a row with its share of the indexes, beside what it says.
constexpr int64_t kRowBytes = 400;

int64_t bytes_of(const xmpp::Stanza& stanza, const Delivery& delivery, bool with_text) {
  const size_t head = stanza.type.size() + stanza.from.size() + stanza.to.size() + stanza.id.size() +
                      2 * delivery.endpoint.size() + delivery.last_error.size();
  return kRowBytes + static_cast<int64_t>(head + (with_text ? stanza.xml.size() : 0));
}

}  // namespace

void Transaction::insert(const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries) {
  Seq shared = 0;
  for (Delivery& delivery : deliveries) {
    delivery.seq = next_seq();
    if (deliveries.size() > 1 && shared == 0) shared = delivery.seq;
    rows_.push_back({&stanza, &delivery, shared});
  }
}

void Transaction::flush() {
  flush_stanzas();
  flush_inserts();
  flush_noted();
  flush_removed();
}

void Transaction::flush_stanzas() {
  Integers numbers;
  Texts texts;
  for (const Row& row : rows_) {
    if (row.shared != row.delivery->seq) continue;
    numbers.push_back(row.shared);
    texts.emplace_back(row.stanza->xml);
  }
  if (numbers.empty()) return;
  connection.add("INSERT INTO stanza SELECT * FROM unnest($1::int8[], $2::text[])",
                 Params().integers(numbers).texts(texts));
}

void Transaction::flush_inserts() {
  if (rows_.empty()) return;
  Integers seqs, answers, accepted, changed, kinds, bytes, shared;
  Texts ids, endpoints, types, senders, recipients, stanza_ids, texts;
  for (const Row& row : rows_) {
    const xmpp::Stanza& stanza = *row.stanza;
    const Delivery& delivery = *row.delivery;
    // The text counts once, for the first of those that share it.
    const bool counts_text = row.shared == 0 || row.shared == delivery.seq;
    seqs.push_back(delivery.seq);
    ids.emplace_back(delivery.id);
    endpoints.emplace_back(delivery.endpoint);
    answers.push_back(delivery.answers ? 1 : 0);
    accepted.push_back(to_ms(delivery.accepted));
    changed.push_back(to_ms(delivery.changed));
    kinds.push_back(static_cast<int64_t>(stanza.kind));
    types.emplace_back(stanza.type);
    senders.emplace_back(stanza.from);
    recipients.emplace_back(stanza.to);
    stanza_ids.emplace_back(stanza.id);
    bytes.push_back(bytes_of(stanza, delivery, counts_text));
    change.bytes += bytes.back();
    shared.push_back(row.shared);
    texts.push_back(row.shared == 0 ? std::optional<std::string_view>(stanza.xml) : std::nullopt);
  }
  rows_.clear();
  connection.add(
      "INSERT INTO delivery (seq, id, endpoint, answers, accepted, changed, kind, type, sender, recipient, "
      "stanza_id, bytes, stanza, xml) SELECT seq, id, endpoint, answers, accepted, changed, kind, type, "
      "sender, "
      "recipient, stanza_id, bytes, nullif(stanza, 0), xml FROM unnest($1::int8[], $2::text[], $3::text[], "
      "$4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::text[], $9::text[], $10::text[], $11::text[], "
      "$12::int8[], $13::int8[], $14::text[]) AS new (seq, id, endpoint, answers, accepted, changed, kind, "
      "type, "
      "sender, recipient, stanza_id, bytes, stanza, xml)",
      Params()
          .integers(seqs)
          .texts(ids)
          .texts(endpoints)
          .integers(answers)
          .integers(accepted)
          .integers(changed)
          .integers(kinds)
          .texts(types)
          .texts(senders)
          .texts(recipients)
          .texts(stanza_ids)
          .integers(bytes)
          .integers(shared)
          .texts(texts));
}

void Transaction::restore(const xmpp::Stanza& stanza, const Delivery& delivery) {
  flush();
  connection.add(
      "INSERT INTO delivery (seq, id, endpoint, answers, state, attempts, failures, accepted, changed, "
      "last_error, kind, type, sender, recipient, stanza_id, bytes, xml) VALUES ($1::int8, $2::text, "
      "$3::text, "
      "$4::int8, $5::int8, $6::int8, $7::int8, $8::int8, $9::int8, $10::text, $11::int8, $12::text, "
      "$13::text, "
      "$14::text, $15::text, $16::int8, $17::text) ON CONFLICT (seq) DO NOTHING RETURNING bytes",
      Params()
          .integer(delivery.seq)
          .text(delivery.id)
          .text(delivery.endpoint)
          .integer(delivery.answers ? 1 : 0)
          .integer(stored(delivery.state))
          .integer(delivery.attempts)
          .integer(delivery.failures)
          .integer(to_ms(delivery.accepted))
          .integer(to_ms(delivery.changed))
          .text(delivery.last_error)
          .integer(static_cast<int64_t>(stanza.kind))
          .text(stanza.type)
          .text(stanza.from)
          .text(stanza.to)
          .text(stanza.id)
          .integer(bytes_of(stanza, delivery, true))
          .text(stanza.xml),
      [this](const Rows& rows) {
        if (!rows.empty()) change.bytes += rows.integer(0, 0);
      });
  pass_over(delivery.seq);
}

void Transaction::flush_removed() {
  if (removed_.empty()) return;
  connection.add(gone_by("seq = ANY ($1::int8[])", "SELECT coalesce(sum(bytes), 0)::int8 FROM gone"),
                 Params().integers({removed_.begin(), removed_.end()}),
                 [this](const Rows& rows) { change.bytes -= rows.integer(0, 0); });
  removed_.clear();
}

void Transaction::flush_noted() {
  if (noted_.empty()) return;
  Integers seqs, states, attempts, failures, changed;
  Texts errors;
  for (const auto& [seq, noted] : noted_) {
    seqs.push_back(seq);
    states.push_back(stored(noted->state));
    attempts.push_back(noted->attempts);
    failures.push_back(noted->failures);
    changed.push_back(to_ms(noted->changed));
    errors.emplace_back(noted->last_error);
  }
  noted_.clear();
  connection.add(
      "UPDATE delivery d SET state = n.state, attempts = n.attempts, failures = n.failures, changed = "
      "n.changed, "
      "last_error = n.last_error FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], "
      "$6::text[]) AS n (seq, state, attempts, failures, changed, last_error) WHERE d.seq = n.seq",
      Params().integers(seqs).integers(states).integers(attempts).integers(failures).integers(changed).texts(
          errors));
}

Tried<std::vector<Seq>> Transaction::remove_where(const std::string& condition, Params params) {
  flush();
  const auto rows =
      connection.ask(gone_by(condition, "SELECT seq, bytes FROM gone ORDER BY seq"), std::move(params));
  if (!rows) return rows.error();
  std::vector<Seq> seqs;
  for (int row = 0; row < rows->size(); ++row) {
    seqs.push_back(rows->integer(row, 0));
    change.bytes -= rows->integer(row, 1);
  }
  return seqs;
}

}  // namespace restanza::journal::postgres
