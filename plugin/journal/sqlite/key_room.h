// SPDX-License-Identifier: MIT
// How much the table of idempotency keys holds, for each credential and altogether, and how room is made in
// it: functions for inside `SqliteStore::write`, and count_keys for `read`. The file keeps account itself
// (schema.cpp). Each may fail with the database's words. Internal to this folder.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "journal/claim.h"

namespace restanza::journal {

class Database;

Result<size_t> keys_of(Database& db, const std::string& credential);

// Of all of them: no less than they take up in the file.
Result<uint64_t> bytes_of_keys(Database& db);

// Drops and forgets what KeyLimits say until all is within them. False: there is nothing more to drop.
Result<bool> make_room(Database& db, const std::string& credential, const KeyLimits& limits);

Result<KeysKept> count_keys(Database& db, size_t limit);
Result<size_t> discard_keys(Database& db, const std::string& credential, size_t limit);

}  // namespace restanza::journal
