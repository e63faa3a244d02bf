// SPDX-License-Identifier: MIT
#include "journal/postgres/transaction.h"

#include <numeric>
#include <optional>
#include <string_view>

#include "journal/dates.h"
#include "journal/postgres/delivery_row.h"
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

void Transaction::pass_over(Seq upto) {
  if (upto <= block_.given) return;
  connection.add("UPDATE queue SET latest = greatest(latest, $1::int8)", Params().integer(upto));
  block_.given = upto < block_.end ? upto : block_.end;
}

std::string Transaction::only_ours(const std::string& column, Params& params) const {
  if (buckets_.all()) return {};
  params.integers(numbers_of(buckets_));
  return " AND " + column + " = ANY ($" + std::to_string(params.values().size()) + "::int8[])";
}

// Their numbers are before those of what comes here now.
void Transaction::take_arrivals() {
  connection.add(
      "WITH chosen AS (SELECT number FROM arrival WHERE bucket = ANY ($1::int8[]) ORDER BY number LIMIT "
      "$2::int8), "
      "taken AS (DELETE FROM arrival a USING chosen c WHERE a.number = c.number RETURNING a.*) INSERT INTO "
      "delivery "
      "(seq, bucket, id, endpoint, answers, accepted, changed, kind, type, sender, recipient, stanza_id, "
      "bytes, xml) "
      "SELECT $3::int8 + row_number() OVER (ORDER BY number), bucket, id, endpoint, answers, accepted, "
      "changed, "
      "kind, type, sender, recipient, stanza_id, bytes, xml FROM taken RETURNING " +
          std::string(kHeadColumns),
      Params().integers(numbers_of(buckets_)).integer(kMaxTaken).integer(block_.given),
      [this](const Rows& rows) {
        for (int row = 0; row < rows.size(); ++row) came.push_back(delivery_of(rows, row));
        std::sort(came.begin(), came.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
      });
  block_.given += kMaxTaken;
}

void Transaction::insert(const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries) {
  Seq shared = 0;
  for (Delivery& delivery : deliveries) {
    const Bucket bucket = bucket_of(delivery.endpoint, stanza);
    if (!is_ours(bucket)) {
      delivery.seq = kElsewhere;
      elsewhere_.push_back({&stanza, &delivery, 0, bucket});
      continue;
    }
    delivery.seq = next_seq();
    if (deliveries.size() > 1 && shared == 0) shared = delivery.seq;
    rows_.push_back({&stanza, &delivery, shared, bucket});
  }
}

void Transaction::flush() {
  flush_stanzas();
  flush_inserts();
  flush_elsewhere();
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

// The columns of new rows, as the statements of both tables name them.
struct Transaction::Columns {
  Integers seqs, buckets, answers, accepted, changed, kinds, bytes, shared;
  Texts ids, endpoints, types, senders, recipients, stanza_ids, texts;

  void add(const Row& row) {
    const xmpp::Stanza& stanza = *row.stanza;
    const Delivery& delivery = *row.delivery;
    // The text counts once, for the first of those that share it.
    const bool counts_text = row.shared == 0 || row.shared == delivery.seq;
    seqs.push_back(delivery.seq);
    buckets.push_back(row.bucket);
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
    shared.push_back(row.shared);
    texts.push_back(row.shared == 0 ? std::optional<std::string_view>(stanza.xml) : std::nullopt);
  }
  Params params() const {
    return Params()
        .integers(buckets)
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
        .texts(texts);
  }
  int64_t size() const { return std::accumulate(bytes.begin(), bytes.end(), int64_t{0}); }
};

namespace {

constexpr const char* kNames =
    "bucket, id, endpoint, answers, accepted, changed, kind, type, sender, recipient, stanza_id, bytes, xml";
constexpr const char* kArrays =
    "$1::int8[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::text[], "
    "$9::text[], "
    "$10::text[], $11::text[], $12::int8[], $13::text[]";

}  // namespace

Transaction::Columns Transaction::take(std::vector<Row>& rows) {
  Columns columns;
  for (const Row& row : rows) columns.add(row);
  rows.clear();
  change.bytes += columns.size();
  return columns;
}

void Transaction::flush_inserts() {
  if (rows_.empty()) return;
  const Columns columns = take(rows_);
  const std::string names = kNames;
  connection.add("INSERT INTO delivery (" + names + ", seq, stanza) SELECT " + names +
                     ", seq, nullif(stanza, 0) FROM unnest(" + kArrays +
                     ", $14::int8[], $15::int8[]) AS new (" + names + ", seq, stanza)",
                 columns.params().integers(columns.seqs).integers(columns.shared));
}

// In the order of their coming.
void Transaction::flush_elsewhere() {
  if (elsewhere_.empty()) return;
  const Columns columns = take(elsewhere_);
  const std::string names = kNames;
  connection.add("INSERT INTO arrival (" + names + ") SELECT " + names + " FROM unnest(" + kArrays +
                     ") WITH ORDINALITY AS new (" + names + ", place) ORDER BY place",
                 columns.params());
}

void Transaction::restore(const xmpp::Stanza& stanza, const Delivery& delivery) {
  flush();
  const Bucket bucket = bucket_of(delivery.endpoint, stanza);
  if (!is_ours(bucket)) {
    Delivery given = delivery;
    elsewhere_.push_back({&stanza, &given, 0, bucket});
    return flush_elsewhere();
  }
  connection.add(
      "INSERT INTO delivery (seq, bucket, id, endpoint, answers, state, attempts, failures, accepted, "
      "changed, "
      "last_error, kind, type, sender, recipient, stanza_id, bytes, xml) VALUES ($1::int8, $18::int8, "
      "$2::text, $3::text, $4::int8, $5::int8, $6::int8, $7::int8, $8::int8, $9::int8, $10::text, $11::int8, "
      "$12::text, "
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
          .text(stanza.xml)
          .integer(bucket),
      [this](const Rows& rows) {
        if (!rows.empty()) change.bytes += rows.integer(0, 0);
      });
  pass_over(delivery.seq);
}

void Transaction::flush_removed() {
  if (removed_.empty()) return;
  Params params;
  params.integers({removed_.begin(), removed_.end()});
  const std::string condition = "seq = ANY ($1::int8[])" + only_ours("bucket", params);
  connection.add(gone_by(condition, "SELECT coalesce(sum(bytes), 0)::int8 FROM gone"), std::move(params),
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
  Params params;
  params.integers(seqs).integers(states).integers(attempts).integers(failures).integers(changed).texts(
      errors);
  const std::string ours = only_ours("d.bucket", params);
  connection.add(
      "UPDATE delivery d SET state = n.state, attempts = n.attempts, failures = n.failures, changed = "
      "n.changed, "
      "last_error = n.last_error FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], "
      "$6::text[]) AS n (seq, state, attempts, failures, changed, last_error) WHERE d.seq = n.seq" +
          ours,
      std::move(params));
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
