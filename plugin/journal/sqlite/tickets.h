// SPDX-License-Identifier: MIT
// The statements about tickets. Inside a transaction of the caller's. Internal to this folder.
#pragma once

#include <vector>

#include "base/result.h"
#include "journal/request.h"

namespace restanza::journal {

class Database;

Result<std::vector<Ticket>> tickets(Database& db);
Result<void> keep_ticket(Database& db, const Ticket& ticket);
Result<void> forget_ticket(Database& db, const std::string& digest);

}  // namespace restanza::journal
