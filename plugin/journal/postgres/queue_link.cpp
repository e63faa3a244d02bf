// SPDX-License-Identifier: MIT
#include "journal/postgres/queue_link.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "journal/postgres/schema.h"

namespace restanza::journal::postgres {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

QueueLink::~QueueLink() {
  if (connection_ && !connection_->failed()) (void)give_back(*connection_, lease_);
}

Tried<void> QueueLink::open() {
  auto opened = Connection::open(address_, schema_);
  if (!opened) return opened.error();
  connection_ = std::move(*opened);
  if (auto made = check_layout(*connection_); !made) return made;
  const auto begun = Steady::now();
  const auto joined = join(*connection_, run_, 0, alone_);
  if (!joined) return joined.error();
  lease_ = joined->lease;
  buckets_ = joined->buckets;
  block_ = joined->block;
  extended(begun);
  const auto round = look_round(*connection_, run_, buckets_);
  if (!round) return round.error();
  note(*round);
  // One that was alone does not look for what others have taken, until it knows of them.
  if (joined->nodes > 1) std::this_thread::sleep_for(kRoundAlone);
  return {};
}

Tried<Connection*> QueueLink::ready() {
  if (connection_ && connection_->failed()) connection_.reset();
  if (connection_ && !lapsed_) return connection_.get();
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
  if (!*again) {
    if (auto anew = begin_anew(); !anew) return anew;
  } else if (auto on = go_on(**again); !on) {
    return on;
  }
  lapsed_ = false;
  extended(begun);
  return {};
}

// What it has without knowing, of a commit whose end it did not see, it gives back: what waits there has not
// been read.
Tried<void> QueueLink::go_on(const Again& again) {
  if (auto given = give_back_buckets(again.buckets & ~buckets_); !given) return given;
  if (again.lease.written < lease_.written) {
    loss_ = "the database has lost the latest " + std::to_string(lease_.written - again.lease.written) +
            " commits, as one does that was brought back from a copy";
  }
  lease_ = again.lease;
  lose(buckets_ & ~again.buckets);
  return {};
}

Tried<void> QueueLink::give_back_buckets(const Buckets& buckets) {
  if (buckets.none()) return {};
  const auto given = connection_->ask(
      "UPDATE bucket SET holder = NULL WHERE number = ANY ($1::int8[]) AND holder = $2::text",
      Params().integers(numbers_of(buckets)).text(run_));
  return given ? Tried<void>() : given.error();
}

// The tables are others than those that this node knew, or have forgotten it.
Tried<void> QueueLink::begin_anew() {
  const auto joined = join(*connection_, run_, block_.end, alone_);
  if (!joined) return joined.error();
  const bool anew = joined->lease.identity != lease_.identity;
  if (anew) loss_ = "its tables have been made anew";
  lease_ = joined->lease;
  block_ = joined->block;
  others_ = true;
  linked_ = false;
  lose(buckets_ & ~joined->buckets);
  const Buckets unknown = joined->buckets & ~buckets_;
  if (!anew) return give_back_buckets(unknown);
  gained_ |= unknown;  // nothing waits there
  buckets_ |= unknown;
  return {};
}

void QueueLink::lose(const Buckets& buckets) {
  if (buckets.none()) return;
  untold_ = true;
  lost_ |= buckets;
  gained_ &= ~buckets;
  buckets_ &= ~buckets;
}

void QueueLink::renew() {
  const auto connection = ready();
  if (!connection || Steady::now() - extended_ < kRenew) return;
  postgres::add_check(**connection, lease_, lease_.written);
  const auto begun = Steady::now();
  const auto done = (*connection)->run();
  if (done) extended(begun);
  if (!done && done.error().fenced()) lapsed_ = true;
}

Tried<void> QueueLink::reserve(int64_t numbers) {
  if (block_.end - block_.given >= numbers) return {};
  const auto block = reserve_block(*connection_);
  if (!block) return block.error();
  block_ = *block;
  return {};
}

void QueueLink::add_check(int64_t bytes) {
  begun_ = Steady::now();
  postgres::add_check(*connection_, lease_, lease_.written + 1, bytes);
}

void QueueLink::committed(const Block& block) {
  ++lease_.written;
  block_ = block;
  extended(begun_);
}

// The lease lasts from then at the earliest.
void QueueLink::extended(Steady::time_point begun) {
  extended_ = begun;
  good_until_ = (begun + kLease).time_since_epoch().count();
}

bool QueueLink::good() const {
  return !untold_ && Steady::now().time_since_epoch().count() < good_until_;
}

// A new connection has a new epoch, under which nothing of the one before is committed any more.
Tried<bool> QueueLink::find_out(const Block& block) {
  const int64_t group = lease_.written + 1;
  const std::string identity = lease_.identity;
  drop();
  const auto connection = ready();
  if (!connection) return connection.error();
  const bool committed = lease_.identity == identity && lease_.written >= group;
  if (committed) block_.given = std::max(block_.given, std::min(block.given, block_.end));
  return committed;
}

Tried<void> QueueLink::note_linked(bool linked) {
  if (linked == linked_) return {};
  const auto noted = connection_->ask("UPDATE node SET linked = $2::int8 WHERE run = $1::text",
                                      Params().text(run_).integer(linked ? 1 : 0));
  if (!noted) return noted.error();
  linked_ = linked;
  return {};
}

Tried<std::vector<Delivery>> QueueLink::deal(const Buckets& given) {
  const auto begun = Steady::now();
  auto dealt = postgres::deal(*connection_, lease_, buckets_, given);
  if (!dealt) {
    if (dealt.error().fenced()) lapsed_ = true;
    drop();  // who has what is asked anew
    return dealt.error();
  }
  extended(begun);
  lose(given);
  buckets_ |= dealt->gained;
  gained_ |= dealt->gained;
  if (dealt->gained.any()) {
    block_ = dealt->block;
    others_ = true;  // what they took for these is before what comes now
  }
  return std::move(dealt->waiting);
}

std::optional<std::string> QueueLink::take_loss() {
  return std::exchange(loss_, std::nullopt);
}

}  // namespace restanza::journal::postgres
