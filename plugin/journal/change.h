// SPDX-License-Identifier: MIT
// Small changes to what is stored, as plain values: they make room or keep account, and nobody waits for
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "journal/record.h"

namespace restanza::journal {

struct Removed {
  Seq seq;
};
struct Noted {  // what a delivery has come to; the names are those of Delivery
  Seq seq = 0;
  State state = State::waiting;
  uint32_t attempts = 0;
  uint32_t failures = 0;
  WallTime changed;
  std::string last_error;
};
inline Noted noted_of(const Delivery& delivery) {
  return {delivery.seq,      delivery.state,   delivery.attempts,
          delivery.failures, delivery.changed, delivery.last_error};
}
struct Started {  // no longer stopped
  std::string endpoint;
};
struct ForgetDead {  // dead letters whose death lies before
  WallTime before;
};
// The wall clock has jumped: what is dated by it moves along, dates of before this run by as much as is right
// for them. A date behind `until` stays.
struct Redated {
  WallTime begin;  // of this run, by the clock as it was
  WallTime until;  // the last that it could have said
  WallTime::duration by{0};
  WallTime::duration earlier_by{0};
};
struct Restored {  // a delivery that somebody has in memory, where the store has lost it; it keeps its seq
  std::shared_ptr<const Delivery> delivery;  // neither is absent
  std::shared_ptr<const xmpp::Stanza> stanza;
};
using Change = std::variant<Removed, Noted, EndpointStop, Started, ForgetDead, Redated, Restored>;

}  // namespace restanza::journal
