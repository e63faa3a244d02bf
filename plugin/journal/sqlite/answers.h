// SPDX-License-Identifier: MIT
// Reads and commands carried out in the tables: functions for inside `SqliteStore::read` and
// `SqliteStore::write`. Each may fail with the database's words. Internal to this folder.
#pragma once

#include "base/result.h"
#include "journal/request.h"

namespace restanza::journal {

class Database;

Result<Answer> carry_out(Database& db, const Read& read);
Result<Answer> carry_out(Database& db, const Command& command);

}  // namespace restanza::journal
