// SPDX-License-Identifier: MIT
// Who has the queue. A node has it for as long as its lease lasts, which each commit extends; only the clock
// of the database counts. Whoever takes over gives the node of before another epoch, and every write asks for
// its own at its end, under the lock of its row: so nothing is committed that another node has not seen when
// it begins, and a node that slept commits nothing late. Functions over a connection; internal to this
// folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "journal/postgres/connection.h"

namespace restanza::journal::postgres {

inline constexpr std::chrono::seconds kLease{10};
inline constexpr std::chrono::seconds kRenew{3};  // after the latest commit it is extended by itself

struct Lease {
  std::string run;       // of this process: random
  std::string identity;  // of the queue
  int64_t epoch = 0;
  int64_t written = 0;  // the latest group that was committed
  int64_t latest = 0;   // the highest seq that anybody has given
};

// Who has the queue, and until when, in microseconds of the database's clock.
struct Holder {
  std::string name;
  int64_t expires = 0;
};
// Takes the queue, where nobody has it any more. Absent: somebody has.
Tried<std::optional<Lease>> take_queue(Connection& connection, const std::string& run, Holder& holder);

// Who has it by `mine` goes on under a new epoch, so that nothing begun under the one of before is committed
// any more, and the backend of before ends; `written` says what was. `has_it` is false where another has
// taken it over meanwhile. Absent: nobody knows this node, for the tables are new.
struct Again {
  Lease lease;
  bool has_it = false;
};
Tried<std::optional<Again>> take_again(Connection& connection, const Lease& mine);

// The last statement of a transaction: it fails (Failure::fenced) where the lease has lapsed or is another's.
void add_check(Connection& connection, const Lease& mine, int64_t written, int64_t latest);

// Others need not wait for it to lapse.
Tried<void> give_back(Connection& connection, const Lease& mine);

}  // namespace restanza::journal::postgres
