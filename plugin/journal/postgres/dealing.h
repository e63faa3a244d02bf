// SPDX-License-Identifier: MIT
// How the buckets are dealt out among the nodes: each has as many as the others, but for one. Those through
// which no stanza can leave have none, unless it is so with all. What nobody has, or a node that has ended,
// is taken by whoever has less than that; who has more gives some up when nothing of them is under way.
// Functions over a connection; internal to this folder.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "journal/postgres/lease.h"
#include "journal/record.h"

namespace restanza::journal::postgres {

// Between two looks at the others: where there are some, and where there were none.
inline constexpr std::chrono::milliseconds kRound{200};
inline constexpr std::chrono::milliseconds kRoundAlone{1000};

// What can be seen at a glance.
struct Round {
  size_t share = kBuckets;   // of this node
  bool others = false;       // there are other nodes
  bool free = false;         // some buckets are nobody's
  bool arrivals = false;     // something waits for its number here
  int64_t others_wrote = 0;  // how many groups in all; it may go back
  int64_t bytes = 0;         // by which the queue has grown, since it was made
};
Tried<Round> look_round(Connection& connection, const std::string& run, const Buckets& mine);

// Gives up `given` and takes what is free, in one transaction. What waits in `gained` is read after the
// commits of those who had them.
struct Dealt {
  Buckets gained;
  Block block;  // where something was gained
  std::vector<Delivery> waiting;
};
Tried<Dealt> deal(Connection& connection, const Lease& mine, const Buckets& had, const Buckets& given);

// Statements for whoever holds the queue's row: what ended nodes have is nobody's, and they commit nothing
// any more. Their backends are to be ended before, outside of any transaction: one that still writes keeps
// its node's row locked.
void add_end_of_dead_backends(Connection& connection);
void add_take_from_dead(Connection& connection);
Tried<Buckets> take_free(Connection& connection, const std::string& run, size_t most);
Tried<size_t> share_of(Connection& connection, const std::string& run);

}  // namespace restanza::journal::postgres
