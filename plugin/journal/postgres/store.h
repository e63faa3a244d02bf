// SPDX-License-Identifier: MIT
// A store in a PostgreSQL database that others may run, replicate and back up; libpq is used in `client`
// only. Hosts of one domain are nodes (lease.h) that share its queue (dealing.h); a node's groups are written
// in one transaction each, in one round trip, or two where something in it has to be read.
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
  Result<Shift> deal(const Buckets& free, bool linked) override;
  void dealt() override;
  std::optional<std::chrono::milliseconds> deal_within() const override;
  bool ours() const override { return link_.good(); }
  bool has(Bucket bucket) const override;
  bool full() override { return full_; }
  Result<std::optional<Renewed>> look() override;
  Result<bool> outcome() override;

 private:
  static constexpr int kTries = 3;  // of a group, where another try may go well

  static constexpr std::chrono::seconds kCountKeys{30};  // again, where other nodes change them

  PostgresStore(const Address& address, const std::string& schema, const StorePlace& place);
  Tried<void> carry_out(const std::vector<Write>& writes);
  Tried<void> carry_out_now(Connection& connection, const std::vector<Write>& writes);
  Tried<bool> find_out();
  void settle();
  Tried<void> count(Connection& connection);
  Tried<void> look_at_others(Connection& connection, const Buckets& free, bool linked, Shift& shift);
  void note(const Round& round, Shift& shift);
  void note_buckets();
  void add(const Account& change);

  const std::string run_;
  const uint64_t max_bytes_;
  std::mutex writing_;
  QueueLink link_;
  Readers readers_;
  struct Unsettled {  // what a group has come to whose end nobody saw
    Account change;
    Block block;
    std::vector<Delivery> came;
  };
  std::optional<Unsettled> unsettled_;
  std::vector<Delivery> came_;  // and nobody was told yet
  std::chrono::steady_clock::time_point next_round_{}, next_count_{};
  int64_t others_wrote_ = 0;
  int64_t counted_bytes_ = 0;  // of the whole queue, when it was counted
  int64_t grown_ = 0;          // what a round would have told of then
  mutable std::mutex counting_;
  Account account_;  // of what is committed
  Buckets buckets_;  // of the latest deal
  std::atomic<bool> others_{false};
  std::atomic<bool> full_{false};
};

}  // namespace restanza::journal::postgres
