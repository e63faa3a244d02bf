// SPDX-License-Identifier: MIT
#include "journal/sqlite/keys.h"

#include "base/str.h"
#include "journal/sqlite/database.h"

namespace restanza::journal {
namespace {

// One a line, as on the wire; neither part can hold a line end.
std::string as_text(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += name + ": " + value + "\n";
  return text;
}

std::vector<std::pair<std::string, std::string>> headers_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const std::string_view line : split(text, '\n')) {
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

Result<bool> is_full(Database& db) {
  if (auto file = db.full(); !file || *file) return file;  // answers are remembered with their bodies
  // Numbers are given upwards, so the span of those in use is a bound that costs nothing; counting, which
  // reads them all, is for when the bound says nothing.
  const auto span =
      db.number("SELECT (SELECT max(number) FROM request_key) - (SELECT min(number) FROM request_key) + 1");
  if (!span) return span.error();
  if (*span < static_cast<int64_t>(kMaxKeys)) return false;
  const auto count = db.number("SELECT count(*) FROM request_key");
  if (!count) return count.error();
  return *count >= static_cast<int64_t>(kMaxKeys);
}

int64_t oldest_valid(WallTime now) {
  return to_ms(now - kKeyLifetime);
}

}  // namespace

Result<Claim> claim(Database& db, const std::string& key, const std::string& fingerprint, WallTime now) {
  Claim claim;
  {
    Query known = db.query(
        "SELECT fingerprint, run, status, headers, body FROM request_key WHERE key = ? AND started >= ?");
    const auto row = known.bind_bytes(key).bind(oldest_valid(now)).next();
    if (!row) return row.error();
    if (*row) {
      if (known.text(0) != fingerprint) {
        claim.kind = Claim::Kind::different;
      } else if (known.is_null(2)) {
        claim.kind = known.text(1) == db.run_id() ? Claim::Kind::started : Claim::Kind::lost;
      } else {
        claim.kind = Claim::Kind::answered;
        claim.answer = {static_cast<int>(known.integer(2)), headers_of(known.text(3)), known.text(4)};
      }
      return claim;
    }
  }
  if (auto gone = forget(db, key); !gone) return gone.error();  // it may be there, and too old
  auto full = is_full(db);
  if (full && *full) {
    if (auto purged = forget_old_keys(db, now); !purged) return purged.error();
    full = is_full(db);
  }
  if (!full) return full.error();
  if (*full) return claim;
  if (auto begun = db.query("INSERT INTO request_key (key, fingerprint, run, started) VALUES (?, ?, ?, ?)")
                       .bind_bytes(key)
                       .bind_bytes(fingerprint)
                       .bind(db.run_id())
                       .bind(to_ms(now))
                       .run();
      !begun) {
    return begun.error();
  }
  claim.kind = Claim::Kind::ours;
  return claim;
}

Result<void> remember(Database& db, const std::string& key, const Remembered& answer) {
  const std::string headers = as_text(answer.headers);
  return db.query("UPDATE request_key SET status = ?, headers = ?, body = ? WHERE key = ?")
      .bind(answer.status)
      .bind(headers)
      .bind_bytes(answer.body)
      .bind_bytes(key)
      .run();
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

}  // namespace restanza::journal
