// SPDX-License-Identifier: MIT
#include "journal/sqlite/tickets.h"

#include <string>
#include <utility>

#include "journal/sqlite/database.h"

namespace restanza::journal {
namespace {

// The numbers that the file holds.
int64_t stored_state(Ticket::State state) {
  return state == Ticket::State::issued ? 0 : state == Ticket::State::in_use ? 1 : 2;
}
Ticket::State ticket_state(int64_t number) {
  return number == 0 ? Ticket::State::issued : number == 1 ? Ticket::State::in_use : Ticket::State::left;
}

}  // namespace

Result<std::vector<Ticket>> tickets(Database& db) {
  std::vector<Ticket> all;
  Query query = db.query("SELECT digest, consumer, credential, proof, state, since FROM ticket");
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back({query.text(0), query.text(1), query.text(2), query.text(3), ticket_state(query.integer(4)),
                   from_ms(query.integer(5))});
  }
}

Result<void> keep_ticket(Database& db, const Ticket& ticket) {
  return db
      .query(
          "INSERT OR REPLACE INTO ticket (digest, consumer, credential, proof, state, since) "
          "VALUES (?, ?, ?, ?, ?, ?)")
      .bind_bytes(ticket.digest)
      .bind(ticket.consumer)
      .bind(ticket.credential)
      .bind_bytes(ticket.proof)
      .bind(stored_state(ticket.state))
      .bind(to_ms(ticket.since))
      .run();
}

Result<void> forget_ticket(Database& db, const std::string& digest) {
  return db.query("DELETE FROM ticket WHERE digest = ?").bind_bytes(digest).run();
}

}  // namespace restanza::journal
