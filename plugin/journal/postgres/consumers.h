// SPDX-License-Identifier: MIT
// The tables of consumers and tickets. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "journal/postgres/transaction.h"
#include "journal/request.h"

namespace restanza::journal::postgres {

Tried<Consumer> open_consumer(Transaction& transaction, const OpenConsumer& asked);
Tried<size_t> acknowledge(Transaction& transaction, const Acknowledge& asked);
Tried<size_t> give_up(Transaction& transaction, const GiveUp& asked);

Tried<std::vector<Consumer>> consumers(Connection& connection);
void restore_consumer(Transaction& transaction, const Consumer& consumer);
void forget_consumer(Transaction& transaction, const std::string& name);

Tried<std::vector<Ticket>> tickets(Connection& connection);
void keep_ticket(Transaction& transaction, const Ticket& ticket);
void forget_ticket(Transaction& transaction, const std::string& digest);

}  // namespace restanza::journal::postgres
