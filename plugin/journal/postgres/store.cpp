// SPDX-License-Identifier: MIT
#include "journal/postgres/store.h"

#include <utility>

#include "base/random.h"
#include "journal/postgres/keys.h"
#include "journal/postgres/place.h"
#include "journal/postgres/schema.h"
#include "journal/postgres/writes.h"

namespace restanza::journal::postgres {
PostgresStore::PostgresStore(const Address& address, const std::string& schema, uint64_t max_bytes)
    : run_(random_id()), max_bytes_(max_bytes), link_(address, schema, run_), readers_(address, schema) {}

Result<OpenedStore> PostgresStore::open(const StorePlace& place, const Clock&) {
  const auto where = read_place(place);
  if (!where) return where.error();
  std::unique_ptr<PostgresStore> store(new PostgresStore(where->address, where->schema, place.max_bytes));
  if (auto opened = store->link_.open(); !opened) return told(opened.error());
  const auto connection = store->link_.ready();
  if (!connection) return told(connection.error());
  if (auto counted = store->count(**connection); !counted) return told(counted.error());
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
  Connection& connection = **ready;
  auto done = Tried<void>(Failure());
  try {
    Transaction transaction(connection, run_, link_.latest(), account_);
    connection.add("BEGIN");
    done = postgres::carry_out(transaction, writes);
    if (done) {
      unsettled_ = transaction.change;
      link_.add_check(transaction.latest());
      connection.add("COMMIT");
      done = connection.run();
      if (!connection.failed()) unsettled_.reset();
    }
    if (done) {
      link_.committed(transaction.latest());
      add(transaction.change);
    } else {
      if (done.error().fenced()) link_.lapsed();
      if (connection.failed() || !connection.ask("ROLLBACK")) link_.drop();
    }
  } catch (...) {  // for want of memory, between a statement and its answer
    link_.drop();
    throw;
  }
  return done;
}

Tried<bool> PostgresStore::find_out() {
  const auto committed = link_.find_out();
  if (!committed) return committed;
  if (*committed) add(*unsettled_);
  unsettled_.reset();
  return committed;
}

Result<bool> PostgresStore::outcome() {
  const std::lock_guard<std::mutex> lock(writing_);
  if (!unsettled_) return false;
  const auto committed = find_out();
  if (!committed) return told(committed.error());
  return *committed;
}

void PostgresStore::add(const Account& change) {
  const std::lock_guard<std::mutex> lock(counting_);
  account_.add(change);
  full_ = account_.bytes >= static_cast<int64_t>(max_bytes_);
}

Tried<void> PostgresStore::count(Connection& connection) {
  Account counted;
  const auto bytes = connection.ask("SELECT coalesce(sum(bytes), 0)::int8 FROM delivery");
  if (!bytes) return bytes.error();
  counted.bytes = bytes->integer(0, 0);
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
  auto answer = readers_.read([&](Connection& connection) { return postgres::carry_out(connection, read); });
  if (!answer) return told(answer.error());
  return std::move(*answer);
}

Result<std::optional<Renewed>> PostgresStore::look() {
  const std::lock_guard<std::mutex> lock(writing_);
  if (unsettled_) return std::optional<Renewed>();
  link_.renew();
  const auto ready = link_.ready();
  if (!ready) {
    if (link_.replaced()) {
      return Error{"The journal: " + ready.error().text + "; nothing more is delivered by this one",
                   Error::Kind::replaced};
    }
    return Error{"The journal cannot be reached: " + ready.error().text +
                 ": new stanzas for endpoints are refused until it can"};
  }
  const auto loss = link_.take_loss();
  if (!loss) return std::optional<Renewed>();
  if (auto counted = count(**ready); !counted) return told(counted.error());
  return std::optional<Renewed>(Renewed{link_.name() + ": " + *loss, {}, *loss});
}

}  // namespace restanza::journal::postgres
