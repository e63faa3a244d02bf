// SPDX-License-Identifier: MIT
// Which nodes there are. A node is one for as long as its lease lasts, which each commit extends; only the
// clock of the database counts. Whoever takes over what it had (dealing.h) gives it another epoch, and every
// write asks for its own at its end, under the lock of its row: so nothing is committed that another node has
// not seen when it begins, and a node that slept commits nothing late. Functions over a connection; internal
// to this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "journal/buckets.h"
#include "journal/postgres/client/connection.h"

namespace restanza::journal::postgres {

inline constexpr std::chrono::seconds kLease{10};
inline constexpr std::chrono::seconds kRenew{3};  // after the latest commit it is extended by itself

struct Lease {
  std::string run;       // of this process: random
  std::string identity;  // of the queue
  int64_t epoch = 0;
  int64_t written = 0;  // the latest group that was committed
};

// Numbers that this node alone gives: behind `given`, up to `end`. Each block is behind all before it.
struct Block {
  static constexpr int64_t kSize = int64_t{1} << 32;
  int64_t given = 0;
  int64_t end = 0;
};
Tried<Block> reserve_block(Connection& connection);  // within a transaction, or as one

// A process becomes a node, and takes the buckets that nobody has, up to its share. `behind`: no block up to
// there. `alone`: it is an error where there is another node; and while there is one that is alone, nobody
// else becomes one.
struct Joined {
  Lease lease;
  Buckets buckets;
  Block block;
  int64_t nodes = 1;  // with this one
};
Tried<Joined> join(Connection& connection, const std::string& run, int64_t behind, bool alone);

// It goes on under a new epoch, so that nothing begun under the one of before is committed any more, and the
// backend of before ends; `written` says what was, `buckets` which it still has. Absent: nobody knows this
// node, for the tables are new, or it slept for too long.
struct Again {
  Lease lease;
  Buckets buckets;
};
Tried<std::optional<Again>> take_again(Connection& connection, const Lease& mine);

// The last statement of a transaction: it fails (Failure::fenced) where the lease has lapsed or was taken.
// `bytes`: by which the transaction changes what the queue holds.
void add_check(Connection& connection, const Lease& mine, int64_t written, int64_t bytes = 0);

// Others need not wait for it to lapse.
Tried<void> give_back(Connection& connection, const Lease& mine);

// Of rows that have one, in their first column.
Buckets buckets_in(const Rows& rows);
std::vector<int64_t> numbers_of(const Buckets& buckets);

}  // namespace restanza::journal::postgres
