// SPDX-License-Identifier: MIT
// The tables of deliveries and stopped endpoints: what is read of them, and what commands do to them.
// Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/postgres/transaction.h"
#include "journal/request.h"

namespace restanza::journal::postgres {

// `ours`: what this node delivers.
Tried<std::vector<Delivery>> list(Connection& connection, const List& asked, const Buckets& ours = {});
Tried<std::vector<Delivery>> waiting_in(Connection& connection, const Buckets& buckets);  // in their order
Tried<std::optional<Delivery>> find(Connection& connection, const std::string& id);
Tried<std::optional<xmpp::Stanza>> stanza_of(Connection& connection, Seq seq);
Tried<std::vector<Delivery>> page(Connection& connection, const Page& asked);
Tried<std::vector<Delivery>> list_whole(Connection& connection, const ListWhole& asked);
Tried<std::vector<Count>> count(Connection& connection);
Tried<std::vector<EndpointStop>> stops(Connection& connection);

Tried<std::optional<Delivery>> revive(Transaction& transaction, const Revive& asked);
Tried<std::vector<Delivery>> revive(Transaction& transaction, const ReviveMany& asked);
Tried<std::vector<Seq>> discard(Transaction& transaction, const Discard& asked);
Tried<void> forget_dead(Transaction& transaction, WallTime before);

void remember(Transaction& transaction, const EndpointStop& stop);
void forget_stop(Transaction& transaction, const std::string& endpoint);

}  // namespace restanza::journal::postgres
