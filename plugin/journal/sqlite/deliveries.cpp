// SPDX-License-Identifier: MIT
#include "journal/sqlite/deliveries.h"

#include <algorithm>
#include <utility>

#include "journal/sqlite/database.h"

namespace restanza::journal {
namespace {

constexpr const char* kColumns =
    "SELECT seq, delivery.id, endpoint, answers, state, attempts, failures, accepted, changed, last_error";
constexpr int kColumnCount = 10;

// The numbers that the file holds.
int64_t stored(State state) {
  return state == State::dead ? 1 : 0;
}
int64_t stored(Stop stop) {
  return stop == Stop::disabled ? 1 : 0;
}

Delivery delivery_of(const Query& row) {
  Delivery delivery;
  delivery.seq = row.integer(0);
  delivery.id = row.text(1);
  delivery.endpoint = row.text(2);
  delivery.answers = row.integer(3) != 0;
  delivery.state = row.integer(4) == stored(State::dead) ? State::dead : State::waiting;
  delivery.attempts = static_cast<uint32_t>(row.integer(5));
  delivery.failures = static_cast<uint32_t>(row.integer(6));
  delivery.accepted = from_ms(row.integer(7));
  delivery.changed = from_ms(row.integer(8));
  delivery.last_error = row.text(9);
  return delivery;
}

constexpr const char* kStanzaColumns = "kind, type, sender, recipient, stanza.id, xml";

xmpp::Stanza stanza_of(const Query& row, int first) {
  return {static_cast<xmpp::Kind>(row.integer(first)),
          row.text(first + 1),
          row.text(first + 2),
          row.text(first + 3),
          row.text(first + 4),
          row.text(first + 5)};
}

// The filter as conditions, each after an AND. The state stands in the text, because only then can SQLite
// tell that the index of the dead will do.
std::string conditions(const Filter& filter) {
  std::string sql;
  if (filter.state) sql += " AND state = " + std::to_string(stored(*filter.state));
  if (!filter.endpoint.empty()) sql += " AND endpoint = ?";
  if (filter.after) sql += " AND accepted >= ?";
  if (filter.before) sql += " AND accepted < ?";
  return sql;
}

void bind(Query& query, const Filter& filter) {
  if (!filter.endpoint.empty()) query.bind(filter.endpoint);
  if (filter.after) query.bind(to_ms(*filter.after));
  if (filter.before) query.bind(to_ms(*filter.before));
}

// A delivery that has gone may be spoken of still, by whoever had it in hand, a restart later too: its number
// is not given again. A start passes over what is left of the stock of before.
Result<Seq> next_seq(Database& db) {
  constexpr Seq kStock = 1 << 20;
  const Seq next = ++db.latest_seq();
  if (next <= db.reserved_seq()) return next;
  const Seq reserved = next + kStock;
  if (auto stored = db.query("UPDATE numbering SET reserved = ?").bind(reserved).run(); !stored)
    return stored.error();
  db.reserved_seq() = reserved;
  return next;
}

// The number of its row.
Result<int64_t> insert_stanza(Database& db, const xmpp::Stanza& stanza) {
  if (auto stored_stanza =
          db.query("INSERT INTO stanza (kind, type, sender, recipient, id, xml) VALUES (?, ?, ?, ?, ?, ?)")
              .bind(static_cast<int64_t>(stanza.kind))
              .bind(stanza.type)
              .bind(stanza.from)
              .bind(stanza.to)
              .bind(stanza.id)
              .bind(stanza.xml)
              .run();
      !stored_stanza) {
    return stored_stanza.error();
  }
  return db.last_row();
}

Result<void> insert_delivery(Database& db, int64_t stanza, bool shared, const Delivery& delivery) {
  return db
      .query(
          "INSERT INTO delivery (seq, id, stanza, shared, endpoint, answers, accepted, changed) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(delivery.seq)
      .bind(delivery.id)
      .bind(stanza)
      .bind(shared ? 1 : 0)
      .bind(delivery.endpoint)
      .bind(delivery.answers ? 1 : 0)
      .bind(to_ms(delivery.accepted))
      .bind(to_ms(delivery.changed))
      .run();
}

Result<void> bring_back(Database& db, Delivery& delivery, WallTime now) {
  const int64_t now_ms = to_ms(now);
  const auto seq = next_seq(db);
  if (!seq) return seq.error();
  const Seq old = std::exchange(delivery.seq, *seq);
  delivery.state = State::waiting;
  delivery.attempts = delivery.failures = 0;
  delivery.accepted = delivery.changed = from_ms(now_ms);
  delivery.last_error.clear();
  return db
      .query(
          "UPDATE delivery SET seq = ?, state = 0, attempts = 0, failures = 0, accepted = ?, changed = ?, "
          "last_error = '' WHERE seq = ?")
      .bind(delivery.seq)
      .bind(now_ms)
      .bind(now_ms)
      .bind(old)
      .run();
}

// Whole, no more than `bytes` of xml but for the first.
Result<std::vector<Delivery>> whole(Query& query, size_t most) {
  std::vector<Delivery> deliveries;
  size_t bytes = 0;
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return deliveries;
    Delivery one = delivery_of(query);
    one.stanza = stanza_of(query, kColumnCount);
    bytes += one.stanza->xml.size();
    if (!deliveries.empty() && bytes > most) return deliveries;
    deliveries.push_back(std::move(one));
  }
}

}  // namespace

Result<Seq> highest_number(Database& db) {
  return db.number("SELECT max(reserved, (SELECT coalesce(max(seq), 0) FROM delivery)) FROM numbering");
}

Result<void> go_on_numbering(Database& db) {
  const auto highest = highest_number(db);
  if (!highest) return highest.error();
  db.latest_seq() = *highest;
  return {};
}

Result<void> pass_over(Database& db, Seq upto) {
  db.latest_seq() = std::max(db.latest_seq(), upto);
  return db.query("UPDATE numbering SET reserved = max(reserved, ?)").bind(upto).run();
}

Result<void> insert(Database& db, const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries) {
  const auto number = insert_stanza(db, stanza);
  if (!number) return number.error();
  for (Delivery& delivery : deliveries) {
    const auto seq = next_seq(db);
    if (!seq) return seq.error();
    delivery.seq = *seq;
    if (auto inserted = insert_delivery(db, *number, deliveries.size() > 1, delivery); !inserted)
      return inserted;
  }
  return {};
}

Result<void> restore(Database& db, const xmpp::Stanza& stanza, const Delivery& delivery) {
  Query known = db.query("SELECT 1 FROM delivery WHERE seq = ?");
  const auto row = known.bind(delivery.seq).next();
  if (!row) return row.error();
  if (*row) return {};
  if (auto passed = pass_over(db, delivery.seq); !passed) return passed;
  const auto number = insert_stanza(db, stanza);
  if (!number) return number.error();
  if (auto inserted = insert_delivery(db, *number, false, delivery); !inserted) return inserted;
  return update(db, noted_of(delivery));
}

Result<void> update(Database& db, const Noted& noted) {
  return db
      .query(
          "UPDATE delivery SET state = ?, attempts = ?, failures = ?, changed = ?, last_error = ? "
          "WHERE seq = ?")
      .bind(stored(noted.state))
      .bind(static_cast<int64_t>(noted.attempts))
      .bind(static_cast<int64_t>(noted.failures))
      .bind(to_ms(noted.changed))
      .bind(noted.last_error)
      .bind(noted.seq)
      .run();
}

Result<std::vector<Count>> count(Database& db) {
  std::vector<Count> counts;
  Query groups =
      db.query("SELECT endpoint, state, count(*), min(seq) FROM delivery GROUP BY endpoint, state");
  for (;;) {
    const auto row = groups.next();
    if (!row) return row.error();
    if (!*row) return counts;
    const std::string endpoint = groups.text(0);
    if (counts.empty() || counts.back().endpoint != endpoint)
      counts.push_back({endpoint, 0, 0, std::nullopt});
    const auto size = static_cast<size_t>(groups.integer(2));
    if (groups.integer(1) == stored(State::dead)) {
      counts.back().dead = size;
      continue;
    }
    counts.back().waiting = size;
    Query oldest = db.query("SELECT accepted FROM delivery WHERE seq = ?");
    const auto found = oldest.bind(groups.integer(3)).next();
    if (!found) return found.error();
    if (*found) counts.back().oldest = from_ms(oldest.integer(0));
  }
}

Result<std::vector<Delivery>> list(Database& db, const Filter& filter, Seq beyond, size_t limit) {
  Query query = db.query(std::string(kColumns) +
                         ", kind, type, sender, recipient, stanza.id, '' "
                         "FROM delivery JOIN stanza ON number = stanza WHERE seq > ?" +
                         conditions(filter) + " ORDER BY seq LIMIT ?");
  query.bind(beyond);
  bind(query, filter);
  query.bind(static_cast<int64_t>(limit));
  std::vector<Delivery> deliveries;
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return deliveries;
    deliveries.push_back(delivery_of(query));
    deliveries.back().stanza = stanza_of(query, kColumnCount);
  }
}

Result<std::vector<Delivery>> page(Database& db, const Page& asked) {
  Query query = db.query(std::string(kColumns) + ", " + kStanzaColumns +
                         " FROM delivery JOIN stanza ON number = stanza "
                         "WHERE endpoint = ? AND state = 0 AND seq > ? ORDER BY seq LIMIT ?");
  query.bind(asked.consumer).bind(asked.beyond).bind(static_cast<int64_t>(asked.limit));
  return whole(query, asked.bytes);
}

Result<std::vector<Delivery>> list_whole(Database& db, const ListWhole& asked) {
  Query query = db.query(std::string(kColumns) + ", " + kStanzaColumns +
                         " FROM delivery JOIN stanza ON number = stanza WHERE seq > ? ORDER BY seq LIMIT ?");
  query.bind(asked.beyond).bind(static_cast<int64_t>(asked.limit));
  return whole(query, asked.bytes);
}

Result<std::optional<Delivery>> find(Database& db, const std::string& id) {
  Query query = db.query(std::string(kColumns) + ", " + kStanzaColumns +
                         " FROM delivery JOIN stanza ON number = stanza WHERE delivery.id = ?");
  const auto row = query.bind(id).next();
  if (!row) return row.error();
  if (!*row) return std::optional<Delivery>();
  std::optional<Delivery> found = delivery_of(query);
  found->stanza = stanza_of(query, kColumnCount);
  return found;
}

Result<std::optional<xmpp::Stanza>> stanza_of(Database& db, Seq seq) {
  Query query = db.query(std::string("SELECT ") + kStanzaColumns +
                         " FROM delivery JOIN stanza ON number = stanza WHERE seq = ?");
  const auto row = query.bind(seq).next();
  if (!row) return row.error();
  return *row ? std::optional<xmpp::Stanza>(stanza_of(query, 0)) : std::nullopt;
}

Result<std::vector<Delivery>> revive(Database& db, const Filter& filter, WallTime now, size_t limit) {
  Filter dead = filter;
  dead.state = State::dead;
  auto deliveries = list(db, dead, 0, limit);
  if (!deliveries) return deliveries;
  for (Delivery& delivery : *deliveries) {
    if (auto revived = bring_back(db, delivery, now); !revived) return revived.error();
  }
  return deliveries;
}

Result<std::optional<Delivery>> revive(Database& db, const std::string& id, WallTime now) {
  auto found = find(db, id);
  if (!found) return found;
  if (!*found || (*found)->state != State::dead) return std::optional<Delivery>();
  (*found)->stanza->xml.clear();
  if (auto revived = bring_back(db, **found, now); !revived) return revived.error();
  return found;
}

Result<std::vector<Seq>> discard(Database& db, const std::vector<Seq>& seqs, const Filter& filter) {
  const std::string sql = "DELETE FROM delivery WHERE seq = ?" + conditions(filter);
  std::vector<Seq> gone;
  for (const Seq seq : seqs) {
    Query query = db.query(sql);
    query.bind(seq);
    bind(query, filter);
    if (auto done = query.run(); !done) return done.error();
    if (db.changes() > 0) gone.push_back(seq);
  }
  return gone;
}

Result<bool> discard(Database& db, Seq seq) {
  if (auto done = db.query("DELETE FROM delivery WHERE seq = ?").bind(seq).run(); !done) return done.error();
  return db.changes() > 0;
}

Result<size_t> discard_dead(Database& db, WallTime before) {
  if (auto done = db.query("DELETE FROM delivery WHERE state = 1 AND changed < ?").bind(to_ms(before)).run();
      !done) {
    return done.error();
  }
  return db.changes();
}

Result<std::vector<EndpointStop>> stops(Database& db) {
  std::vector<EndpointStop> all;
  Query query = db.query("SELECT endpoint, stop, reason FROM endpoint_stop");
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return all;
    const Stop stop = query.integer(1) == stored(Stop::disabled) ? Stop::disabled : Stop::paused;
    all.push_back({query.text(0), stop, query.text(2)});
  }
}

Result<void> remember(Database& db, const EndpointStop& stop) {
  return db.query("INSERT OR REPLACE INTO endpoint_stop (endpoint, stop, reason) VALUES (?, ?, ?)")
      .bind(stop.endpoint)
      .bind(stored(stop.stop))
      .bind(stop.reason)
      .run();
}

Result<void> forget_stop(Database& db, const std::string& endpoint) {
  return db.query("DELETE FROM endpoint_stop WHERE endpoint = ?").bind(endpoint).run();
}

}  // namespace restanza::journal
