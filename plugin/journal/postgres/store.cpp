// SPDX-License-Identifier: MIT
#include "journal/postgres/store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/random.h"
#include "journal/postgres/keys.h"
#include "journal/postgres/place.h"
#include "journal/postgres/schema.h"
#include "journal/postgres/writes.h"

namespace restanza::journal::postgres {

PostgresStore::PostgresStore(const Address& address, const std::string& schema, const StorePlace& place)
    : run_(random_id()),
      max_bytes_(place.max_bytes),
      link_(address, schema, run_, place.alone),
      readers_(address, schema) {}

Result<OpenedStore> PostgresStore::open(const StorePlace& place, const Clock&) {
  const auto where = read_place(place);
  if (!where) return where.error();
  std::unique_ptr<PostgresStore> store(new PostgresStore(where->address, where->schema, place));
  if (auto opened = store->link_.open(); !opened) return told(opened.error());
  const auto connection = store->link_.ready();
  if (!connection) return told(connection.error());
  if (auto counted = store->count(**connection); !counted) return told(counted.error());
  store->note_buckets();
  return OpenedStore{std::move(store), {}};
}

Result<std::string> PostgresStore::migrate(const StorePlace& place) {
  const auto where = read_place(place);
  if (!where) return where.error();
  const auto connection = Connection::open(where->address, where->schema);
  if (!connection) return told(connection.error());
  auto done = postgres::migrate(**connection, where->schema);
  if (!done) return told(done.error());
  return std::move(*done);
}

Result<void> PostgresStore::write(const std::vector<Write>& writes) {
  const std::lock_guard<std::mutex> lock(writing_);
  if (unsettled_) {  // whoever waited for that has gone
    if (const auto known = find_out(); !known) return told(known.error());
  }
  for (int left = kTries;; --left) {
    const auto done = carry_out(writes);
    if (done) return {};
    if (unsettled_) {
      const auto committed = find_out();
      if (!committed) return Error{committed.error().text, Error::Kind::unsettled};
      if (*committed) return {};
    }
    const bool again = done.error().unreached || done.error().passing() || done.error().fenced();
    if (!again || left == 1) return told(done.error());
  }
}

// One try. Where it fails and nobody saw its commit end, it is unsettled.
Tried<void> PostgresStore::carry_out(const std::vector<Write>& writes) {
  const auto ready = link_.ready();
  if (!ready) return Failure{ready.error().text, {}, false};
  try {
    if (auto reserved = link_.reserve(numbers_for(writes)); !reserved) return reserved;
    return carry_out_now(**ready, writes);
  } catch (...) {  // for want of memory, between a statement and its answer
    link_.drop();
    throw;
  }
}

Tried<void> PostgresStore::carry_out_now(Connection& connection, const std::vector<Write>& writes) {
  Transaction transaction(connection, run_, link_.block(), link_.buckets(), link_.others(), account_);
  connection.add("BEGIN");
  auto done = postgres::carry_out(transaction, writes);
  if (done) {
    came_.reserve(came_.size() + transaction.came.size());  // nothing is thrown once it is committed
    unsettled_ = Unsettled{transaction.change, transaction.block(), std::move(transaction.came)};
    link_.add_check(transaction.change.bytes);
    connection.add("COMMIT");
    done = connection.run();
    unsettled_->change = std::move(transaction.change);  // with what the answers have said
    if (done) link_.committed(transaction.block());
    if (done) settle();
    if (!connection.failed()) unsettled_.reset();
  }
  if (!done) {
    if (done.error().fenced()) link_.lapsed();
    if (connection.failed() || !connection.ask("ROLLBACK")) link_.drop();
  }
  return done;
}

Tried<bool> PostgresStore::find_out() {
  const auto committed = link_.find_out(unsettled_->block);
  if (!committed) return committed;
  if (*committed) settle();
  unsettled_.reset();
  return committed;
}

// It is committed.
void PostgresStore::settle() {
  add(unsettled_->change);
  std::move(unsettled_->came.begin(), unsettled_->came.end(), std::back_inserter(came_));
}

Result<bool> PostgresStore::outcome() {
  const std::lock_guard<std::mutex> lock(writing_);
  if (!unsettled_) return false;
  const auto committed = find_out();
  if (!committed) return told(committed.error());
  return *committed;
}

Result<Shift> PostgresStore::deal(const Buckets& free, bool linked) {
  const std::lock_guard<std::mutex> lock(writing_);
  Shift shift;
  if (unsettled_) (void)find_out();  // nobody waits for it: else the journal would not share
  const auto ready = unsettled_ ? Tried<Connection*>(Failure()) : link_.ready();
  const bool due = free.any() || std::chrono::steady_clock::now() >= next_round_;
  if (ready && due) {
    try {
      (void)look_at_others(**ready, free, linked, shift);  // where this fails, the next look says why
    } catch (...) {                                        // for want of memory
      link_.drop();
      throw;
    }
    next_round_ = std::chrono::steady_clock::now() + *deal_within();
  }
  shift.lost = link_.take_lost();
  shift.gained = link_.take_gained();
  const auto is_lost = [&](const Delivery& each) {
    return shift.lost[bucket_of(each.endpoint, *each.stanza)];
  };
  came_.erase(std::remove_if(came_.begin(), came_.end(), is_lost), came_.end());
  shift.came = std::exchange(came_, {});
  shift.whole = link_.buckets().all();
  note_buckets();
  return shift;
}

Tried<void> PostgresStore::look_at_others(Connection& connection, const Buckets& free, bool linked,
                                          Shift& shift) {
  if (auto noted = link_.note_linked(linked); !noted) return noted;
  auto round = look_round(connection, run_, link_.buckets());
  if (!round) return round.error();
  note(*round, shift);
  const size_t had = link_.buckets().count();
  if ((round->free && had < round->share) || (free.any() && had > round->share)) {
    Buckets given = free & link_.buckets();
    for (size_t i = 0; i < kBuckets && given.count() + round->share > had; ++i) given.reset(i);
    auto waiting = link_.deal(given);
    if (!waiting) return waiting.error();
    came_.insert(came_.end(), std::make_move_iterator(waiting->begin()),
                 std::make_move_iterator(waiting->end()));
  }
  if (round->arrivals) {
    if (auto reserved = link_.reserve(numbers_for({})); !reserved) return reserved;
    if (auto taken = carry_out_now(connection, {}); !taken) return taken;
  }
  if (!round->others || std::chrono::steady_clock::now() < next_count_) return {};
  next_count_ = std::chrono::steady_clock::now() + kCountKeys;
  return count(connection);
}

// The highest are given up, so that the same are asked for again.
void PostgresStore::note(const Round& round, Shift& shift) {
  link_.note(round);
  others_ = round.others;
  shift.others_wrote = round.others_wrote != std::exchange(others_wrote_, round.others_wrote);
  Buckets rest = link_.buckets();
  for (size_t i = 0; i < kBuckets && rest.count() > round.share; ++i) {
    const size_t highest = kBuckets - 1 - i;
    if (!rest[highest]) continue;
    rest.reset(highest);
    shift.surplus.set(highest);
  }
  const std::lock_guard<std::mutex> lock(counting_);
  account_.bytes = counted_bytes_ + round.bytes - grown_;
  full_ = account_.bytes >= static_cast<int64_t>(max_bytes_);
}

void PostgresStore::dealt() {
  const std::lock_guard<std::mutex> lock(writing_);
  link_.told();
}

std::optional<std::chrono::milliseconds> PostgresStore::deal_within() const {
  return others_ ? kRound : kRoundAlone;
}

bool PostgresStore::has(Bucket bucket) const {
  const std::lock_guard<std::mutex> lock(counting_);
  return buckets_[bucket];
}

void PostgresStore::note_buckets() {
  const std::lock_guard<std::mutex> lock(counting_);
  buckets_ = link_.buckets();
}

void PostgresStore::add(const Account& change) {
  const std::lock_guard<std::mutex> lock(counting_);
  account_.add(change);
  full_ = account_.bytes >= static_cast<int64_t>(max_bytes_);
}

Tried<void> PostgresStore::count(Connection& connection) {
  Account counted;
  const auto bytes = connection.ask(
      "SELECT (SELECT coalesce(sum(bytes), 0) FROM delivery)::int8 + (SELECT coalesce(sum(bytes), 0) FROM "
      "arrival)::int8, (SELECT coalesce(sum(bytes), 0) FROM node)::int8 + (SELECT bytes FROM queue)");
  if (!bytes) return bytes.error();
  counted.bytes = counted_bytes_ = bytes->integer(0, 0);
  grown_ = bytes->integer(0, 1);
  const auto kept = count_keys(connection, {SIZE_MAX});
  if (!kept) return kept.error();
  for (const KeyUse& use : kept->credentials)
    counted.add_keys(use.credential, {static_cast<int64_t>(use.keys), static_cast<int64_t>(use.bytes)});
  {
    const std::lock_guard<std::mutex> lock(counting_);
    account_ = Account();
  }
  add(counted);
  return {};
}

Result<Answer> PostgresStore::read(const Read& read) {
  if (const auto* const asked = std::get_if<CountKeys>(&read)) {
    const std::lock_guard<std::mutex> lock(counting_);
    return Answer(KeysKept{static_cast<size_t>(account_.all.keys), static_cast<uint64_t>(account_.all.bytes),
                           who_has_most(account_, {}, asked->limit)});
  }
  Buckets ours;
  {
    const std::lock_guard<std::mutex> lock(counting_);
    ours = buckets_;
  }
  auto answer =
      readers_.read([&](Connection& connection) { return postgres::carry_out(connection, read, ours); });
  if (!answer) return told(answer.error());
  return std::move(*answer);
}

Result<std::optional<Renewed>> PostgresStore::look() {
  const std::lock_guard<std::mutex> lock(writing_);
  if (unsettled_) return std::optional<Renewed>();
  link_.renew();
  const auto ready = link_.ready();
  if (!ready) {
    return Error{"The journal cannot be reached: " + ready.error().text +
                 ": new stanzas for endpoints are refused until it can"};
  }
  if (!link_.has_loss()) return std::optional<Renewed>();
  if (auto counted = count(**ready); !counted) return told(counted.error());  // and at the next look again
  const auto loss = link_.take_loss();
  return std::optional<Renewed>(Renewed{link_.name() + ": " + *loss, {}, *loss});
}

}  // namespace restanza::journal::postgres
