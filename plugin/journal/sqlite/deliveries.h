// SPDX-License-Identifier: MIT
// The tables of stanzas, deliveries and stopped endpoints: functions for inside `SqliteStore::write` and
// `SqliteStore::read`. Each may fail with the database's words. A stanza is stored once, however many
// deliveries want it, and goes with the last of them. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/change.h"
#include "journal/record.h"
#include "journal/request.h"

namespace restanza::journal {

class Database;

// At the opening: no number of before is given again.
Result<void> go_on_numbering(Database& db);
// As the file has it: no delivery had a higher number. Any connection knows it.
Result<Seq> highest_number(Database& db);
// No number up to this one is given any more.
Result<void> pass_over(Database& db, Seq upto);

// Gives each of the deliveries its seq, and stores what they say and the stanza.
Result<void> insert(Database& db, const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries);

// One that was stored before, as it is, unless it is there.
Result<void> restore(Database& db, const xmpp::Stanza& stanza, const Delivery& delivery);

Result<void> update(Database& db, const Noted& noted);

// Sorted by endpoint; those that have none are absent.
Result<std::vector<Count>> count(Database& db);

// In the order of acceptance, those with a greater seq than `beyond`, at most `limit`; the stanzas
// are there without their xml: a list must not be as large as the journal.
Result<std::vector<Delivery>> list(Database& db, const Filter& filter, Seq beyond, size_t limit);

// With its stanza; absent where there is none of this id.
Result<std::optional<Delivery>> find(Database& db, const std::string& id);
Result<std::optional<xmpp::Stanza>> stanza_of(Database& db, Seq seq);

// As request.h says.
Result<std::vector<Delivery>> page(Database& db, const Page& asked);

Result<std::vector<Delivery>> list_whole(Database& db, const ListWhole& asked);

// Makes dead letters that the filter names (its state is ignored) waiting deliveries again, as request.h
// says. Returns them as `list` does; at most `limit`.
Result<std::vector<Delivery>> revive(Database& db, const Filter& filter, WallTime now, size_t limit);
Result<std::optional<Delivery>> revive(Database& db, const std::string& id, WallTime now);

// Removes those of `seqs` that the filter names, and returns which they were.
Result<std::vector<Seq>> discard(Database& db, const std::vector<Seq>& seqs, const Filter& filter);
Result<bool> discard(Database& db, Seq seq);
Result<size_t> discard_dead(Database& db, WallTime before);  // whose death lies before

Result<std::vector<EndpointStop>> stops(Database& db);
Result<void> remember(Database& db, const EndpointStop& stop);
Result<void> forget_stop(Database& db, const std::string& endpoint);

}  // namespace restanza::journal
