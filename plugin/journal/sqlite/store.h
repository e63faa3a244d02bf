// SPDX-License-Identifier: MIT
// A store in a file: a SQLite database in write-ahead mode with synchronous=FULL, or one in memory. Opening
// creates, checks, migrates; a damaged file is set aside, never deleted. SQLite is used in this folder only.
//
// Any thread; each call may wait for the disk, and for others that write, or that read. The tables' own files
// (deliveries, keys) work inside `write`, or `read`.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "journal/store.h"

namespace restanza::journal {

class Database;  // prepared statements over one connection; database.h, for this folder only
class LockFile;  // files.h, likewise
class Watch;     // watch.h, likewise

class SqliteStore final : public Store {
 public:
  // An OpenStore; without a directory it is in memory. An error: another process holds the file, it cannot be
  // written, it comes from a later version.
  static Result<OpenedStore> open(const StorePlace& place, const Clock& clock);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Result<void> write(const std::vector<Write>& writes) override;
  Result<Answer> read(const Read& read) override;
  bool full() override { return full_; }  // as of the latest transaction
  Result<std::optional<Renewed>> look() override;

  // For this folder: functions over the tables.
  // All of `work` or, where it or the commit fails, nothing. The error says why in words for the log.
  Result<void> write(const std::function<Result<void>(Database&)>& work);
  Result<void> read(const std::function<Result<void>(Database&)>& work);

 private:
  SqliteStore();
  Result<Renewed> renew(std::string why);
  Result<void> save(Renewed& renewed);
  Result<void> check_copy() const;
  Result<void> clear_place(Renewed& renewed);
  void note_full(Database& db);
  void note_damage(const Result<void>& done) noexcept;

  std::unique_ptr<LockFile> lock_file_;  // destroyed last
  std::string directory_;  // stays as it was opened, so it is read without a lock; empty: in memory
  const Clock* clock_ = nullptr;
  std::mutex writing_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Watch> watch_;   // absent in memory
  std::unique_ptr<Watch> placed_;  // what was written anew, while it could not be opened
  std::atomic<bool> full_{false};
  std::atomic<bool> damaged_{false};  // it has been found to be, by who read or wrote
  // A connection of its own, so that who reads does not wait for a commit's disk; in memory there is but one.
  std::mutex reading_;
  std::unique_ptr<Database> reader_;
};

}  // namespace restanza::journal
