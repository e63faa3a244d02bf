// SPDX-License-Identifier: MIT
#include "journal/postgres/keys.h"

#include <algorithm>
#include <utility>

#include "journal/header_lines.h"
#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {
namespace {

constexpr int64_t kKeyBytes = 512;       // of a row with its share of the indexes
constexpr uint64_t kMostBeside = 16384;  // bytes that a key counts beside its answer, at most

int64_t counted(const std::string& credential, size_t answer) {
  return kKeyBytes + static_cast<int64_t>(4 * credential.size() + answer + answer / 16);
}

int64_t oldest_valid(WallTime now) {
  return to_ms(now - kKeyLifetime);
}

// Of keys that are not under way in this run, nor in one of another node that lives.
constexpr const char* kLeft =
    "(status IS NOT NULL OR run <> $1::text AND run NOT IN (SELECT run FROM node WHERE expires > "
    "clock_timestamp()))";
// Keys that are claimed at two nodes at once take turns.
constexpr int64_t kTurns = 64;

}  // namespace

Tried<KeysKept> count_keys(Connection& connection, const CountKeys& asked) {
  const auto rows = connection.ask(
      "SELECT credential, count(*), sum(bytes)::int8 FROM request_key GROUP BY credential ORDER BY 3 DESC, "
      "1");
  if (!rows) return rows.error();
  KeysKept kept;
  for (int row = 0; row < rows->size(); ++row) {
    const KeyUse use{rows->text(row, 0), static_cast<size_t>(rows->integer(row, 1)),
                     static_cast<uint64_t>(rows->integer(row, 2))};
    kept.keys += use.keys;
    kept.bytes += use.bytes;
    if (kept.credentials.size() < asked.limit) kept.credentials.push_back(use);
  }
  return kept;
}

Tried<std::vector<KeptKey>> list_keys(Connection& connection, const ListKeys& asked) {
  const auto rows = connection.ask(
      "SELECT number, key, fingerprint, credential, started, status, dropped::int8, headers, body FROM "
      "request_key "
      "WHERE number > $1::int8 ORDER BY number LIMIT $2::int8",
      Params().integer(asked.beyond).integer(static_cast<int64_t>(asked.limit)));
  if (!rows) return rows.error();
  std::vector<KeptKey> all;
  for (int row = 0; row < rows->size(); ++row) {
    KeptKey kept{rows->integer(row, 0),
                 rows->text(row, 1),
                 rows->text(row, 2),
                 rows->text(row, 3),
                 from_ms(rows->integer(row, 4)),
                 !rows->is_null(row, 5),
                 rows->integer(row, 6) != 0,
                 {}};
    if (kept.finished)
      kept.answer = {static_cast<int>(rows->integer(row, 5)), headers_of(rows->text(row, 7)),
                     rows->text(row, 8)};
    all.push_back(std::move(kept));
  }
  return all;
}

Tried<void> Keys::fetch(const std::vector<std::string>& keys) {
  std::vector<std::string_view> unknown;
  for (const std::string& key : keys) {
    if (rows_.emplace(key, std::nullopt).second) unknown.push_back(key);
  }
  if (unknown.empty()) return {};
  std::set<int64_t> turns;  // in their order, so that nobody waits for who waits for him
  for (const std::string_view key : unknown)
    turns.insert(key.empty() ? 0 : static_cast<unsigned char>(key.back()) % kTurns);
  transaction_.connection.add(
      "SELECT count(pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext(pg_catalog.current_schema()), "
      "turn::int4)) "
      "FROM unnest($1::int8[]) AS t (turn)",
      Params().integers({turns.begin(), turns.end()}));
  const auto rows = transaction_.connection.ask(
      "SELECT key, fingerprint, CASE WHEN run IN (SELECT run FROM node WHERE expires > clock_timestamp()) "
      "THEN "
      "$2::text ELSE run END, started, credential, status, headers, body, dropped::int8, bytes FROM "
      "request_key "
      "WHERE key = ANY ($1::bytea[])",
      Params().byte_strings(unknown).text(transaction_.run));
  if (!rows) return rows.error();
  for (int row = 0; row < rows->size(); ++row) {
    Row found;
    found.fingerprint = rows->text(row, 1);
    found.run = rows->text(row, 2);
    found.started = rows->integer(row, 3);
    found.credential = rows->text(row, 4);
    if (!rows->is_null(row, 5)) found.status = rows->integer(row, 5);
    found.headers = rows->text(row, 6);
    found.body = rows->text(row, 7);
    found.dropped = rows->integer(row, 8) != 0;
    found.bytes = rows->integer(row, 9);
    rows_[rows->text(row, 0)] = std::move(found);
  }
  return {};
}

Tried<std::optional<Keys::Row>*> Keys::find(const std::string& key) {
  if (auto fetched = fetch({key}); !fetched) return fetched.error();
  return &rows_[key];
}

// Counts what is so from now on.
void Keys::put(const std::string& key, std::optional<Row> row) {
  std::optional<Row>& known = rows_[key];
  if (known) transaction_.change.add_keys(known->credential, {-1, -known->bytes});
  if (row) {
    row->bytes = counted(row->credential, row->headers.size() + row->body.size());
    transaction_.change.add_keys(row->credential, {1, row->bytes});
  }
  if (!row) gone_.insert(key);
  known = std::move(row);
  if (changed_.insert(key).second) order_.push_back(key);
}

KeySum Keys::sum_of(const std::string& credential) const {
  KeySum sum = transaction_.base.of(credential);
  sum += transaction_.change.of(credential);
  return sum;
}

Tried<Claim> Keys::claim(const ClaimKey& asked) {
  const auto found = find(asked.key);
  if (!found) return found.error();
  Claim claim;
  if (const std::optional<Row>& row = **found; row && row->started >= oldest_valid(asked.now)) {
    if (row->fingerprint != asked.fingerprint) {
      claim.kind = Claim::Kind::different;
    } else if (!row->status) {
      claim.kind = row->run == transaction_.run ? Claim::Kind::started : Claim::Kind::lost;
    } else {
      claim.kind = row->dropped ? Claim::Kind::dropped : Claim::Kind::answered;
      claim.answer = {static_cast<int>(*row->status), headers_of(row->headers), row->body};
    }
    return claim;
  }
  if (**found) put(asked.key, std::nullopt);  // it is too old
  auto added = add(asked);
  if (added && !*added) {
    if (auto purged = forget_old(asked.now); !purged) return purged.error();
    added = add(asked);
  }
  if (!added) return added.error();
  if (*added) claim.kind = Claim::Kind::ours;
  return claim;
}

// Whether there was room for it; where not, it is not there.
Tried<bool> Keys::add(const ClaimKey& asked) {
  if (sum_of(asked.credential).keys >= static_cast<int64_t>(kMaxKeys)) return false;
  Row row;
  row.fingerprint = asked.fingerprint;
  row.run = transaction_.run;
  row.started = to_ms(asked.now);
  row.credential = asked.credential;
  put(asked.key, std::move(row));
  auto room = make_room(asked.credential, asked.limits);
  if (room && !*room) put(asked.key, std::nullopt);
  return room;
}

Tried<void> Keys::finish(const FinishKey& asked) {
  const auto found = find(asked.key);
  if (!found) return found.error();
  if (!**found) return {};
  Row row = ***found;
  const std::string lines = as_lines(asked.answer.headers);
  const uint64_t size = lines.size() + asked.answer.body.size();
  // What would push out all others and not fit even then is not kept to begin with.
  const bool fits = size + size / 16 + kMostBeside <= std::min(asked.limits.each, asked.limits.together);
  row.status = asked.answer.status;
  row.headers = fits ? lines : std::string();
  row.body = fits ? asked.answer.body : std::string();
  row.dropped = !fits;
  const std::string credential = row.credential;
  put(asked.key, std::move(row));
  const auto room = make_room(credential, asked.limits);
  return room ? Tried<void>() : room.error();
}

Tried<void> Keys::forget(const std::string& key) {
  const auto found = find(key);
  if (!found) return found.error();
  if (**found) put(key, std::nullopt);
  return {};
}

// As after a crash: begun by a run that is not this one, and not finished.
Tried<void> Keys::lose(const std::string& key) {
  const auto found = find(key);
  if (!found) return found.error();
  if (!**found || (**found)->status) return {};
  Row row = ***found;
  row.run.clear();
  put(key, std::move(row));
  return {};
}

Tried<void> Keys::forget_old(WallTime now) {
  const auto gone = gone_by("started < $1::int8", Params().integer(oldest_valid(now)));
  return gone ? Tried<void>() : gone.error();
}

Tried<size_t> Keys::discard(const DiscardKeys& asked) {
  Params params;
  params.text(transaction_.run).integer(static_cast<int64_t>(asked.limit));
  std::string chosen = kLeft;
  if (!asked.credential.empty()) {
    params.text(asked.credential);
    chosen += " AND credential = $3::text";
  }
  return gone_by(
      "number IN (SELECT number FROM request_key WHERE " + chosen + " ORDER BY number LIMIT $2::int8)",
      std::move(params));
}

Tried<void> Keys::restore(const KeptKey& kept) {
  if (const auto found = find(kept.key); !found) return found.error();
  Row row;
  row.fingerprint = kept.fingerprint;
  row.credential = kept.credential;
  row.started = to_ms(kept.started);
  if (kept.finished) row.status = kept.answer.status;
  row.dropped = kept.dropped;
  row.headers = as_lines(kept.answer.headers);
  row.body = kept.answer.body;
  put(kept.key, std::nullopt);
  put(kept.key, std::move(row));
  return {};
}

Tried<bool> Keys::make_room(const std::string& credential, const KeyLimits& limits) {
  while (sum_of(credential).bytes > static_cast<int64_t>(limits.each)) {
    auto dropped = drop_oldest_answer(credential);
    if (!dropped || !*dropped) return dropped;
  }
  const auto all = [this] { return transaction_.base.all.bytes + transaction_.change.all.bytes; };
  while (all() > static_cast<int64_t>(limits.together)) {
    const auto most = who_has_most(transaction_.base, transaction_.change, 1);
    if (most.empty()) return false;
    auto gone = drop_oldest_answer(most.front().credential);
    if (gone && !*gone) gone = forget_oldest_key(most.front().credential);
    if (!gone || !*gone) return gone;
  }
  return true;
}

// Whether there was one. The key stays, and says that it was answered.
Tried<bool> Keys::drop_oldest_answer(const std::string& credential) {
  flush();
  const auto oldest = transaction_.connection.ask(
      "SELECT key FROM request_key WHERE credential = $1::text AND status IS NOT NULL AND dropped = 0 ORDER "
      "BY "
      "number LIMIT 1",
      Params().text(credential));
  if (!oldest) return oldest.error();
  if (oldest->empty()) return false;
  const std::string key = oldest->text(0, 0);
  const auto found = find(key);
  if (!found) return found.error();
  Row row = ***found;
  row.headers.clear();
  row.body.clear();
  row.dropped = true;
  put(key, std::move(row));
  return true;
}

Tried<bool> Keys::forget_oldest_key(const std::string& credential) {
  const auto gone = gone_by(std::string("number = (SELECT number FROM request_key WHERE ") + kLeft +
                                " AND credential = $2::text ORDER BY number LIMIT 1)",
                            Params().text(transaction_.run).text(credential));
  if (!gone) return gone.error();
  return *gone > 0;
}

// How many have gone.
Tried<size_t> Keys::gone_by(const std::string& condition, Params params) {
  flush();
  const auto rows = transaction_.connection.ask(
      "DELETE FROM request_key WHERE " + condition + " RETURNING key, credential, bytes", std::move(params));
  if (!rows) return rows.error();
  for (int row = 0; row < rows->size(); ++row) {
    rows_[rows->text(row, 0)] = std::nullopt;
    transaction_.change.add_keys(rows->text(row, 1), {-1, -rows->integer(row, 2)});
  }
  return static_cast<size_t>(rows->size());
}

void Keys::flush() {
  std::vector<std::string_view> gone(gone_.begin(), gone_.end()), keys, fingerprints, bodies;
  std::vector<std::optional<std::string_view>> runs, credentials, headers;
  std::vector<int64_t> started, statuses, dropped, bytes;
  for (const std::string& key : order_) {
    const std::optional<Row>& row = rows_[key];
    if (!row) continue;
    keys.push_back(key);
    fingerprints.push_back(row->fingerprint);
    runs.emplace_back(row->run);
    started.push_back(row->started);
    credentials.emplace_back(row->credential);
    statuses.push_back(row->status.value_or(-1));
    headers.emplace_back(row->headers);
    bodies.push_back(row->body);
    dropped.push_back(row->dropped ? 1 : 0);
    bytes.push_back(row->bytes);
  }
  Connection& connection = transaction_.connection;
  if (!gone.empty())
    connection.add("DELETE FROM request_key WHERE key = ANY ($1::bytea[])", Params().byte_strings(gone));
  if (!keys.empty()) {
    connection.add(
        "INSERT INTO request_key (key, fingerprint, run, started, credential, status, headers, body, "
        "dropped, "
        "bytes) SELECT key, fingerprint, run, started, credential, nullif(status, -1), headers, body, "
        "dropped, "
        "bytes FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::int8[], $5::text[], $6::int8[], "
        "$7::text[], "
        "$8::bytea[], $9::int8[], $10::int8[]) WITH ORDINALITY AS new (key, fingerprint, run, started, "
        "credential, status, headers, body, dropped, bytes, place) ORDER BY place ON CONFLICT (key) DO "
        "UPDATE SET "
        "fingerprint = excluded.fingerprint, run = excluded.run, started = excluded.started, credential = "
        "excluded.credential, status = excluded.status, headers = excluded.headers, body = excluded.body, "
        "dropped = excluded.dropped, bytes = excluded.bytes",
        Params()
            .byte_strings(keys)
            .byte_strings(fingerprints)
            .texts(runs)
            .integers(started)
            .texts(credentials)
            .integers(statuses)
            .texts(headers)
            .byte_strings(bodies)
            .integers(dropped)
            .integers(bytes));
  }
  changed_.clear();
  order_.clear();
  gone_.clear();
}

}  // namespace restanza::journal::postgres
