// SPDX-License-Identifier: MIT
// Small changes to what is stored, as plain values: they make room or keep account, and nobody waits for
// them.
#pragma once

#include <string>
#include <variant>

#include "journal/record.h"

namespace restanza::journal {

struct Removed {
  Seq seq;
};
struct Noted {  // state, attempts, failures, changed and last_error of the delivery's seq
  Delivery delivery;
};
struct Started {  // no longer stopped
  std::string endpoint;
};
struct ForgetDead {  // dead letters whose death lies before
  WallTime before;
};
using Change = std::variant<Removed, Noted, EndpointStop, Started, ForgetDead>;

}  // namespace restanza::journal
