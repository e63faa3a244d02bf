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

// An error where this program cannot read the file as it is.
Result<void> check_schema(Database& db, const std::vector<Migration>& all = migrations());

}  // namespace restanza::journal
