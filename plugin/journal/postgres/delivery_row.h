// SPDX-License-Identifier: MIT
// A delivery as its table has it, without its text. Internal to this folder.
#pragma once

#include "journal/postgres/client/rows.h"
#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {

inline constexpr const char* kHeadColumns =
    "seq, id, endpoint, answers::int8, state::int8, attempts, failures, accepted, changed, last_error, "
    "kind::int8, type, sender, recipient, stanza_id";
inline constexpr int kHeadCount = 15;

// Of rows that begin with these columns.
inline Delivery delivery_of(const Rows& rows, int row) {
  Delivery delivery;
  delivery.seq = rows.integer(row, 0);
  delivery.id = rows.text(row, 1);
  delivery.endpoint = rows.text(row, 2);
  delivery.answers = rows.integer(row, 3) != 0;
  delivery.state = rows.integer(row, 4) == stored(State::dead) ? State::dead : State::waiting;
  delivery.attempts = static_cast<uint32_t>(rows.integer(row, 5));
  delivery.failures = static_cast<uint32_t>(rows.integer(row, 6));
  delivery.accepted = from_ms(rows.integer(row, 7));
  delivery.changed = from_ms(rows.integer(row, 8));
  delivery.last_error = rows.text(row, 9);
  delivery.stanza = xmpp::Stanza{static_cast<xmpp::Kind>(rows.integer(row, 10)),
                                 rows.text(row, 11),
                                 rows.text(row, 12),
                                 rows.text(row, 13),
                                 rows.text(row, 14),
                                 {}};
  return delivery;
}

}  // namespace restanza::journal::postgres
