// SPDX-License-Identifier: MIT
// A store in a PostgreSQL database that others may run, replicate and back up; libpq is used in this folder
// only. One host at a time has a domain's queue (lease.h); its groups are written in one transaction each, in
// one round trip, or two where something in it has to be read.
//
// Any thread; each call may wait for the server (Connection::kPatience). Who reads waits for no writer.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "journal/postgres/account.h"
#include "journal/postgres/queue_link.h"
#include "journal/postgres/readers.h"
#include "journal/postgres/transaction.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

class PostgresStore final : public Store {
 public:
  // An OpenStore.
  static Result<OpenedStore> open(const StorePlace& place, const Clock& clock);
  // A MigrateStore.
  static Result<std::string> migrate(const StorePlace& place);

  Result<void> write(const std::vector<Write>& writes) override;
  Result<Answer> read(const Read& read) override;
  bool ours() const override { return link_.good(); }
  bool full() override { return full_; }
  Result<std::optional<Renewed>> look() override;
  Result<bool> outcome() override;

 private:
  static constexpr int kTries = 3;  // of a group, where another try may go well

  PostgresStore(const Address& address, const std::string& schema, uint64_t max_bytes);
  Tried<void> carry_out(const std::vector<Write>& writes);
  Tried<bool> find_out();
  Tried<void> count(Connection& connection);
  void add(const Account& change);

  const std::string run_;
  const uint64_t max_bytes_;
  std::mutex writing_;
  QueueLink link_;
  Readers readers_;
  std::optional<Account> unsettled_;  // what a group changes whose end nobody saw
  std::mutex counting_;
  Account account_;  // of what is committed
  std::atomic<bool> full_{false};
};

}  // namespace restanza::journal::postgres
