// SPDX-License-Identifier: MIT
#include "journal/sqlite/keys.h"

#include <algorithm>
#include <string_view>

#include "journal/header_lines.h"
#include "journal/sqlite/database.h"
#include "journal/sqlite/key_room.h"

namespace restanza::journal {
namespace {

constexpr uint64_t kMostBeside = 16384;  // bytes that a key counts beside its answer (schema.cpp), at most

int64_t oldest_valid(WallTime now) {
  return to_ms(now - kKeyLifetime);
}

// Whether there was room for it; where not, it is not there.
Result<bool> add_key(Database& db, const ClaimKey& asked) {
  const auto keys = keys_of(db, asked.credential);
  if (!keys) return keys.error();
  if (*keys >= kMaxKeys) return false;
  if (auto added =
          db.query(
                "INSERT INTO request_key (key, fingerprint, run, started, credential) VALUES (?, ?, ?, ?, ?)")
              .bind_bytes(asked.key)
              .bind_bytes(asked.fingerprint)
              .bind(db.run_id())
              .bind(to_ms(asked.now))
              .bind(asked.credential)
              .run();
      !added) {
    return added.error();
  }
  auto room = make_room(db, asked.credential, asked.limits);
  if (!room || *room) return room;
  if (auto gone = forget(db, asked.key); !gone) return gone.error();
  return false;
}

Result<std::string> credential_of(Database& db, const std::string& key) {
  Query query = db.query("SELECT credential FROM request_key WHERE key = ?");
  const auto row = query.bind_bytes(key).next();
  if (!row) return row.error();
  return *row ? query.text(0) : std::string();
}

}  // namespace

Result<Claim> claim(Database& db, const ClaimKey& asked) {
  Claim claim;
  {
    Query known = db.query(
        "SELECT fingerprint, run, status, headers, body, dropped FROM request_key WHERE key = ? AND started "
        ">= ?");
    const auto row = known.bind_bytes(asked.key).bind(oldest_valid(asked.now)).next();
    if (!row) return row.error();
    if (*row) {
      if (known.text(0) != asked.fingerprint) {
        claim.kind = Claim::Kind::different;
      } else if (known.is_null(2)) {
        claim.kind = known.text(1) == db.run_id() ? Claim::Kind::started : Claim::Kind::lost;
      } else {
        claim.kind = known.integer(5) == 0 ? Claim::Kind::answered : Claim::Kind::dropped;
        claim.answer = {static_cast<int>(known.integer(2)), headers_of(known.text(3)), known.text(4)};
      }
      return claim;
    }
  }
  if (auto gone = forget(db, asked.key); !gone) return gone.error();  // it may be there, and too old
  auto added = add_key(db, asked);
  if (added && !*added) {
    if (auto purged = forget_old_keys(db, asked.now); !purged) return purged.error();
    added = add_key(db, asked);
  }
  if (!added) return added.error();
  if (*added) claim.kind = Claim::Kind::ours;
  return claim;
}

Result<void> remember(Database& db, const FinishKey& finished) {
  const Remembered& answer = finished.answer;
  const std::string text = as_lines(answer.headers);
  const uint64_t size = text.size() + answer.body.size();
  // What would push out all others and not fit even then is not kept to begin with.
  const bool fits =
      size + size / 256 + kMostBeside <= std::min(finished.limits.each, finished.limits.together);
  const std::string_view headers = fits ? std::string_view(text) : std::string_view();
  const std::string_view body = fits ? std::string_view(answer.body) : std::string_view();
  if (auto stored =
          db.query("UPDATE request_key SET status = ?, headers = ?, body = ?, dropped = ? WHERE key = ?")
              .bind(answer.status)
              .bind(headers)
              .bind_bytes(body)
              .bind(fits ? 0 : 1)
              .bind_bytes(finished.key)
              .run();
      !stored) {
    return stored;
  }
  const auto credential = credential_of(db, finished.key);
  if (!credential) return credential.error();
  const auto room = make_room(db, *credential, finished.limits);
  return room ? Result<void>() : room.error();
}

Result<void> forget(Database& db, const std::string& key) {
  return db.query("DELETE FROM request_key WHERE key = ?").bind_bytes(key).run();
}

// As after a crash: begun by a run that is not this one, and not finished.
Result<void> lose(Database& db, const std::string& key) {
  return db.query("UPDATE request_key SET run = '' WHERE key = ? AND status IS NULL").bind_bytes(key).run();
}

Result<void> forget_old_keys(Database& db, WallTime now) {
  return db.query("DELETE FROM request_key WHERE started < ?").bind(oldest_valid(now)).run();
}

Result<std::vector<KeptKey>> list_keys(Database& db, const ListKeys& asked) {
  std::vector<KeptKey> all;
  Query query = db.query(
      "SELECT number, key, fingerprint, credential, started, status, dropped, headers, body FROM request_key "
      "WHERE number > ? ORDER BY number LIMIT ?");
  query.bind(asked.beyond).bind(static_cast<int64_t>(asked.limit));
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return all;
    KeptKey kept{query.integer(0),          query.text(1),     query.text(2),         query.text(3),
                 from_ms(query.integer(4)), !query.is_null(5), query.integer(6) != 0, {}};
    if (kept.finished)
      kept.answer = {static_cast<int>(query.integer(5)), headers_of(query.text(7)), query.text(8)};
    all.push_back(std::move(kept));
  }
}

Result<void> restore_key(Database& db, const KeptKey& kept) {
  if (auto gone = forget(db, kept.key); !gone) return gone;
  const std::string headers = as_lines(kept.answer.headers);
  if (auto added =
          db.query("INSERT INTO request_key (key, fingerprint, run, started, credential, headers, body, "
                   "dropped) VALUES (?, ?, '', ?, ?, ?, ?, ?)")
              .bind_bytes(kept.key)
              .bind_bytes(kept.fingerprint)
              .bind(to_ms(kept.started))
              .bind(kept.credential)
              .bind(headers)
              .bind_bytes(kept.answer.body)
              .bind(kept.dropped ? 1 : 0)
              .run();
      !added || !kept.finished) {
    return added;
  }
  return db.query("UPDATE request_key SET status = ? WHERE key = ?")
      .bind(kept.answer.status)
      .bind_bytes(kept.key)
      .run();
}

}  // namespace restanza::journal
