// SPDX-License-Identifier: MIT
// The table of consumers: functions for inside `SqliteStore::write`, which do what the values of request.h
// say. Each may fail with the database's words. Internal to this folder.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "journal/request.h"

namespace restanza::journal {

class Database;

Result<Consumer> open_consumer(Database& db, const OpenConsumer& asked);
Result<size_t> acknowledge(Database& db, const Acknowledge& asked);
Result<size_t> give_up(Database& db, const GiveUp& asked);

Result<std::vector<Consumer>> consumers(Database& db);
Result<void> restore_consumer(Database& db, const Consumer& consumer);
Result<void> forget_consumer(Database& db, const std::string& name);

}  // namespace restanza::journal
