// SPDX-License-Identifier: MIT
// The journal's layout, its version, and the migrations from each version to the next. Functions over a
// connection; internal to this folder.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "journal/sqlite/database.h"

namespace restanza::journal {

// What makes a file of one version into one of the next. The version stands in the file (PRAGMA
// user_version), 0 in an empty one.
struct Migration {
  int64_t to;       // the version after it; migrations are sorted, without a gap, from 1 on
  const char* sql;  // several statements; neither transaction nor user_version
};

// All migrations there ever were. One that was released never changes; a new layout is one more row.
const std::vector<Migration>& migrations();

// Carries out the migrations that the file has not had, each in a transaction: one that fails leaves the file
// as the one before it left it. An error where a later version wrote the file.
Result<void> prepare_schema(Database& db, const std::vector<Migration>& all = migrations());

// Whether the tables of deliveries are there: an error of the kind `damaged` where a file that should have
// them has none, as one that was emptied.
Result<void> check_tables(Database& db);

// The version from which on idempotency keys have owners, and what they take up is counted.
inline constexpr int64_t kKeysCounted = 2;

// For who only reads, and so cannot carry out migrations: the version of the file. An error where it is
// before `oldest`, or after the versions that this program knows.
inline constexpr int64_t kOldestReadable = 1;
Result<int64_t> readable_version(Database& db, int64_t oldest = kOldestReadable);

}  // namespace restanza::journal
