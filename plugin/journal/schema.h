// SPDX-License-Identifier: MIT
// The journal's tables and their version. Functions over a connection; internal to this folder.
#pragma once

#include "base/result.h"
#include "journal/database.h"

namespace restanza::journal {

inline constexpr int64_t kSchemaVersion = 1;

// Creates the tables in an empty file. An error where a later version wrote it.
Result<void> prepare_schema(Database& db);

// An error where this version cannot read the file.
Result<void> check_schema(Database& db);

}  // namespace restanza::journal
