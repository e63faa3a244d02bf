// SPDX-License-Identifier: MIT
// The connection of the one who writes, with its lease, the buckets that are this node's and the numbers that
// it gives: made anew where it has failed, and what has become of them meanwhile. After a commit whose end
// nobody saw it finds out how that ended, and never guesses. One thread at a time; waits for the server.
// Internal to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/postgres/client/connection.h"
#include "journal/postgres/dealing.h"
#include "journal/postgres/lease.h"

namespace restanza::journal::postgres {

class QueueLink {
 public:
  static constexpr std::chrono::seconds kAgain{1};  // between two tries to reach the server
  static constexpr int kTries = 3;                  // where a connection is made, and ends at once

  QueueLink(Address address, std::string schema, std::string run, bool alone)
      : address_(std::move(address)), schema_(std::move(schema)), run_(std::move(run)), alone_(alone) {}
  ~QueueLink();
  QueueLink(const QueueLink&) = delete;
  QueueLink& operator=(const QueueLink&) = delete;

  // Becomes a node. Waits a moment where there are others, until they know.
  Tried<void> open();

  // A connection whose lease was good a moment ago, or why there is none.
  Tried<Connection*> ready();
  void drop() { connection_.reset(); }  // it is in no known state
  void renew();                         // where kRenew has passed since the latest commit

  // Of a connection that is ready: there are so many numbers to give.
  Tried<void> reserve(int64_t numbers);

  // The last statement of a group, and what has become of it: it was seen to be committed, or its lease has
  // lapsed, or nobody saw its end. Then true: it is committed; false: it is not, nor will it be; an error: it
  // is not known yet, and no other group may begin. `block`: what is left of it.
  void add_check(int64_t bytes);
  void committed(const Block& block);
  void lapsed() { lapsed_ = true; }
  Tried<bool> find_out(const Block& block);

  // Whether stanzas can leave here. With a connection that is ready.
  Tried<void> note_linked(bool linked);

  // Takes and gives buckets, with a connection that is ready; says what waits in those that were taken.
  Tried<std::vector<Delivery>> deal(const Buckets& given);

  // [any] Whether the lease that was seen last still lasts, and all that was lost has been told of.
  bool good() const;

  const Buckets& buckets() const { return buckets_; }
  const Block& block() const { return block_; }
  // There are other nodes, or what they have left, as far as is known.
  bool others() const { return others_; }
  void note(const Round& round) { others_ = round.others || round.arrivals; }
  const std::string& name() const { return address_.name; }

  // What was this node's and is not any more, and the other way round; once. Nothing is good until `told`.
  Buckets take_lost() { return std::exchange(lost_, {}); }
  Buckets take_gained() { return std::exchange(gained_, {}); }
  void told() { untold_ = lost_.any(); }

  // What somebody has done to the tables, for people, once: they are new, or lack what was committed.
  bool has_loss() const { return loss_.has_value(); }
  std::optional<std::string> take_loss();

 private:
  Tried<void> connect();
  Tried<void> go_on(const Again& again);
  Tried<void> begin_anew();
  Tried<void> give_back_buckets(const Buckets& buckets);
  void lose(const Buckets& buckets);
  void extended(std::chrono::steady_clock::time_point begun);

  const Address address_;
  const std::string schema_;
  const std::string run_;
  const bool alone_;
  std::unique_ptr<Connection> connection_;
  Lease lease_;
  Buckets buckets_, lost_, gained_;
  Block block_;
  bool lapsed_ = false;
  bool others_ = false;
  bool linked_ = false;  // as the node's row has it
  std::optional<std::string> loss_;
  Failure why_;
  std::chrono::steady_clock::time_point again_{}, begun_{}, extended_{};
  std::atomic<int64_t> good_until_{0};  // of the steady clock
  std::atomic<bool> untold_{false};
};

}  // namespace restanza::journal::postgres
