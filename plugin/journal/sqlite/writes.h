// SPDX-License-Identifier: MIT
// The writes of one transaction carried out in the tables: a function for inside `SqliteStore::write`, which
// undoes all of it where it fails. Internal to this folder.
#pragma once

#include <vector>

#include "base/result.h"
#include "journal/store.h"

namespace restanza::journal {

class Database;

Result<void> carry_out(Database& db, const std::vector<Write>& writes);

}  // namespace restanza::journal
