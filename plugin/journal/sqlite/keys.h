// SPDX-License-Identifier: MIT
// The table of idempotency keys: functions for inside `SqliteStore::write`, which do what the values of
// request.h say. How much the table may hold is seen to in key_room.h. Each may fail with the database's
// words. Internal to this folder.
#pragma once

#include <string>

#include "base/result.h"
#include "journal/request.h"

namespace restanza::journal {

class Database;

Result<Claim> claim(Database& db, const ClaimKey& asked);
Result<void> remember(Database& db, const FinishKey& finished);
Result<void> forget(Database& db, const std::string& key);
Result<void> lose(Database& db, const std::string& key);
Result<void> forget_old_keys(Database& db, WallTime now);

Result<std::vector<KeptKey>> list_keys(Database& db, const ListKeys& asked);
Result<void> restore_key(Database& db, const KeptKey& kept);

}  // namespace restanza::journal
