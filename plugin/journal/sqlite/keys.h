// SPDX-License-Identifier: MIT
// The table of idempotency keys: functions for inside `SqliteStore::write`. Each may fail with the database's
// words. Internal to this folder.
#pragma once

#include <string>

#include "base/result.h"
#include "journal/claim.h"

namespace restanza::journal {

class Database;

// `key`: a digest of credential, method, target and the client's key; `fingerprint`: of the content's type
// and body. Keys older than kKeyLifetime count as unknown.
Result<Claim> claim(Database& db, const std::string& key, const std::string& fingerprint, WallTime now);
Result<void> remember(Database& db, const std::string& key, const Remembered& answer);
Result<void> forget(Database& db, const std::string& key);
Result<void> lose(Database& db, const std::string& key);
Result<void> forget_old_keys(Database& db, WallTime now);

}  // namespace restanza::journal
