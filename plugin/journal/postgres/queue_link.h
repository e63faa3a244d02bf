// SPDX-License-Identifier: MIT
// The connection of the one who writes, with its lease: made anew where it has failed, and what has become of
// the queue meanwhile. After a commit whose end nobody saw it finds out how that ended, and never guesses.
// One thread at a time; waits for the server. Internal to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "journal/postgres/connection.h"
#include "journal/postgres/lease.h"

namespace restanza::journal::postgres {

class QueueLink {
 public:
  static constexpr std::chrono::seconds kAgain{1};  // between two tries to reach the server
  static constexpr int kTries = 3;                  // where a connection is made, and ends at once

  QueueLink(Address address, std::string schema, std::string run)
      : address_(std::move(address)), schema_(std::move(schema)), run_(std::move(run)) {}
  ~QueueLink();
  QueueLink(const QueueLink&) = delete;
  QueueLink& operator=(const QueueLink&) = delete;

  // Waits while the lease of another runs out, at most kLease. An error where it is extended meanwhile.
  Tried<void> open();

  // A connection whose lease was good a moment ago, or why there is none.
  Tried<Connection*> ready();
  void drop() { connection_.reset(); }  // it is in no known state
  void renew();                         // where kRenew has passed since the latest commit

  // The last statement of a group, and what has become of it: it was seen to be committed, or its lease has
  // lapsed, or nobody saw its end. Then true: it is committed; false: it is not, nor will it be; an error: it
  // is not known yet, and no other group may begin.
  void add_check(int64_t latest);
  void committed(int64_t latest);
  void lapsed() { lapsed_ = true; }
  Tried<bool> find_out();

  // [any] Whether the lease that was seen last still lasts.
  bool good() const;

  bool replaced() const { return !lost_to_.empty(); }
  int64_t latest() const { return lease_.latest; }
  const std::string& name() const { return address_.name; }

  // What somebody has done to the tables, for people, once: they are new, or lack what was committed.
  std::optional<std::string> take_loss();

 private:
  Tried<void> connect();
  Tried<void> note_holder();
  Tried<void> begin_anew();
  Failure taken_over() const;
  void extended(std::chrono::steady_clock::time_point begun);

  const Address address_;
  const std::string schema_;
  const std::string run_;
  std::unique_ptr<Connection> connection_;
  Lease lease_;
  bool lapsed_ = false;
  std::string lost_to_;  // who has taken the queue over; empty: nobody
  std::optional<std::string> loss_;
  Failure why_;
  std::chrono::steady_clock::time_point again_{}, begun_{}, extended_{};
  std::atomic<int64_t> good_until_{0};  // of the steady clock
};

}  // namespace restanza::journal::postgres
