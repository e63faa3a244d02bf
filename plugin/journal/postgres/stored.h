// SPDX-License-Identifier: MIT
// Values as the tables hold them. Plain functions. Internal to this folder.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "journal/record.h"

namespace restanza::journal::postgres {

inline int64_t stored(State state) {
  return state == State::dead ? 1 : 0;
}
inline int64_t stored(Stop stop) {
  return stop == Stop::disabled ? 1 : 0;
}
inline int64_t stored(Ticket::State state) {
  return state == Ticket::State::issued ? 0 : state == Ticket::State::in_use ? 1 : 2;
}
inline Ticket::State ticket_state_of(int64_t number) {
  return number == 0 ? Ticket::State::issued : number == 1 ? Ticket::State::in_use : Ticket::State::left;
}

// Milliseconds since 1970.
inline int64_t to_ms(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
inline WallTime from_ms(int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace restanza::journal::postgres
