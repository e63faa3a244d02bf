// SPDX-License-Identifier: MIT
// The members of a group, put into a transaction one after the other; and what is only read. Internal to this
// folder.
#pragma once

#include <vector>

#include "journal/postgres/transaction.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

// Adds all that is left to add to the connection, which runs it.
Tried<void> carry_out(Transaction& transaction, const std::vector<Write>& writes);

// How many numbers that may take, at most.
int64_t numbers_for(const std::vector<Write>& writes);

// `ours`: what this node delivers.
Tried<Answer> carry_out(Connection& connection, const Read& read, const Buckets& ours);

}  // namespace restanza::journal::postgres
