// SPDX-License-Identifier: MIT
// The idempotency keys of one transaction. What its commands are about is read at once, changed in memory,
// and written at once by `flush`. One thread. Internal to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/postgres/transaction.h"
#include "journal/request.h"

namespace restanza::journal::postgres {

// Of all, from outside of any transaction.
Tried<KeysKept> count_keys(Connection& connection, const CountKeys& asked);
Tried<std::vector<KeptKey>> list_keys(Connection& connection, const ListKeys& asked);

class Keys {
 public:
  explicit Keys(Transaction& transaction) : transaction_(transaction) {}

  // Those that are about to be asked for; with them one round trip is enough.
  Tried<void> fetch(const std::vector<std::string>& keys);

  Tried<Claim> claim(const ClaimKey& asked);
  Tried<void> finish(const FinishKey& asked);
  Tried<void> forget(const std::string& key);
  Tried<void> lose(const std::string& key);
  Tried<void> forget_old(WallTime now);
  Tried<size_t> discard(const DiscardKeys& asked);
  Tried<void> restore(const KeptKey& kept);

  // Adds the statements to the connection, which runs them.
  void flush();

 private:
  struct Row {
    std::string fingerprint, run, credential, headers, body;
    int64_t started = 0;
    std::optional<int64_t> status;
    bool dropped = false;
    int64_t bytes = 0;
  };
  // Absent: there is no such key.
  Tried<std::optional<Row>*> find(const std::string& key);
  void put(const std::string& key, std::optional<Row> row);
  Tried<bool> add(const ClaimKey& asked);
  KeySum sum_of(const std::string& credential) const;
  Tried<bool> make_room(const std::string& credential, const KeyLimits& limits);
  Tried<bool> drop_oldest_answer(const std::string& credential);
  Tried<bool> forget_oldest_key(const std::string& credential);
  Tried<size_t> gone_by(const std::string& condition, Params params);

  Transaction& transaction_;
  std::map<std::string, std::optional<Row>> rows_;  // as they are now
  std::set<std::string> changed_;                   // and are not written yet
  std::vector<std::string> order_;                  // of those, in that of their coming
  std::set<std::string> gone_;  // whose rows go first: one that comes again has a new place
};

}  // namespace restanza::journal::postgres
