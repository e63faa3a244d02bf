// SPDX-License-Identifier: MIT
#include "journal/postgres/queue_link.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "journal/postgres/schema.h"

namespace restanza::journal::postgres {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{200};  // while the lease of another runs out

}  // namespace

QueueLink::~QueueLink() {
  if (connection_ && !connection_->failed()) (void)give_back(*connection_, lease_);
}

Tried<void> QueueLink::open() {
  auto opened = Connection::open(address_, schema_);
  if (!opened) return opened.error();
  connection_ = std::move(*opened);
  if (auto made = check_layout(*connection_); !made) return made;
  for (Holder first;;) {
    Holder holder;
    const auto begun = Steady::now();
    auto taken = take_queue(*connection_, run_, holder);
    if (!taken) return taken.error();
    if (*taken) {
      lease_ = **taken;
      extended(begun);
      return {};
    }
    if (first.name.empty()) first = holder;
    if (holder.name != first.name || holder.expires != first.expires) {
      return Failure{name() + ": another host has the queue of this domain: " + holder.name +
                         ": stop it, or give this one another domain",
                     {},
                     false};
    }
    std::this_thread::sleep_for(kLook);
  }
}

Failure QueueLink::taken_over() const {
  return {name() + ": another host has taken the queue over: " + lost_to_ +
              ": restart this one when that has ended",
          {},
          false};
}

Tried<Connection*> QueueLink::ready() {
  if (connection_ && connection_->failed()) connection_.reset();
  if (connection_ && !lapsed_ && lost_to_.empty()) return connection_.get();
  if (!lost_to_.empty()) return taken_over();
  if (Steady::now() < again_) return why_;
  auto connected = connect();
  // A connection that ends as soon as it was made says nothing of the next one.
  for (int left = kTries; !connected && connection_ && connection_->failed() && left > 1; --left) {
    drop();
    connected = connect();
  }
  if (!connected) {
    drop();
    why_ = connected.error();
    again_ = Steady::now() + kAgain;
    return why_;
  }
  if (!lost_to_.empty()) return taken_over();
  return connection_.get();
}

Tried<void> QueueLink::connect() {
  if (!connection_) {
    auto opened = Connection::open(address_, schema_);
    if (!opened) return opened.error();
    connection_ = std::move(*opened);
  }
  if (auto made = check_layout(*connection_); !made) return made;
  const auto begun = Steady::now();
  const auto again = take_again(*connection_, lease_);
  if (!again) return again.error();
  if (!*again) return begin_anew();
  const Lease& now = (*again)->lease;
  if (now.written < lease_.written) {
    loss_ = "the database has lost the latest " + std::to_string(lease_.written - now.written) +
            " commits, as one does that was brought back from a copy";
  }
  lease_ = now;
  lapsed_ = false;
  if (!(*again)->has_it) return note_holder();
  extended(begun);
  return {};
}

Tried<void> QueueLink::note_holder() {
  const auto rows = connection_->ask("SELECT name FROM queue JOIN node ON run = holder");
  if (!rows) return rows.error();
  lost_to_ = rows->empty() ? "one that has ended" : rows->text(0, 0);
  return {};
}

// The tables are others than those that this node knew.
Tried<void> QueueLink::begin_anew() {
  Holder holder;
  const auto begun = Steady::now();
  auto taken = take_queue(*connection_, run_, holder);
  if (!taken) return taken.error();
  if (!*taken) {
    lost_to_ = holder.name;
    return {};
  }
  (*taken)->latest = std::max((*taken)->latest, lease_.latest);
  lease_ = **taken;
  lapsed_ = false;
  extended(begun);
  loss_ = "its tables have been made anew";
  return {};
}

void QueueLink::renew() {
  const auto connection = ready();
  if (!connection || Steady::now() - extended_ < kRenew) return;
  postgres::add_check(**connection, lease_, lease_.written, lease_.latest);
  const auto begun = Steady::now();
  const auto done = (*connection)->run();
  if (done) extended(begun);
  if (!done && done.error().fenced()) lapsed_ = true;
}

void QueueLink::add_check(int64_t latest) {
  begun_ = Steady::now();
  postgres::add_check(*connection_, lease_, lease_.written + 1, latest);
}

void QueueLink::committed(int64_t latest) {
  ++lease_.written;
  lease_.latest = latest;
  extended(begun_);
}

// The lease lasts from then at the earliest.
void QueueLink::extended(Steady::time_point begun) {
  extended_ = begun;
  good_until_ = (begun + kLease).time_since_epoch().count();
}

bool QueueLink::good() const {
  return Steady::now().time_since_epoch().count() < good_until_;
}

// A new connection has a new epoch, under which nothing of the one before is committed any more.
Tried<bool> QueueLink::find_out() {
  const int64_t group = lease_.written + 1;
  drop();
  const auto connection = ready();
  if (!connection && lost_to_.empty()) return connection.error();
  return lease_.written >= group;
}

std::optional<std::string> QueueLink::take_loss() {
  return std::exchange(loss_, std::nullopt);
}

}  // namespace restanza::journal::postgres
