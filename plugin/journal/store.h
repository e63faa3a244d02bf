// SPDX-License-Identifier: MIT
// The journal's file: a SQLite database in write-ahead mode with synchronous=FULL, or one in memory. Opening
// creates, checks, migrates; a damaged file is set aside, never deleted. SQLite stops in this folder.
//
// Any thread; each call may wait for the disk, and for others that write, or that read. So handlers and hooks
// never call this; the journal's thread does, and threads that may wait. The tables' own files (deliveries,
// keys) work inside `write`, or `read`.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace restanza::journal {

class Database;  // prepared statements over one connection; database.h, for this folder only
class Hold;      // files.h, likewise

class Store {
 public:
  struct Opened {
    std::unique_ptr<Store> store;
    std::string set_aside;  // the path that a damaged file was moved to; empty where it was sound
  };
  // `directory`: exists and is ours; empty: in memory. An error names the file and the remedy: another
  // process holds it, it cannot be written, it comes from a later version.
  static Result<Opened> open(const std::string& directory, uint64_t max_bytes, const Clock& clock);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All of `work` or, where it or the commit fails, nothing. The error says why in words for the log.
  Result<void> write(const std::function<Result<void>(Database&)>& work);
  Result<void> read(const std::function<Result<void>(Database&)>& work);

  // Whether what is stored has reached max_bytes. Only taking new work asks for it: what makes room must
  // never fail for want of room.
  bool full();

 private:
  Store();

  std::unique_ptr<Hold> hold_;  // the last to go
  std::mutex writing_;
  std::unique_ptr<Database> db_;
  // A connection of its own, so that who reads does not wait for a commit's disk; in memory there is but one.
  std::mutex reading_;
  std::unique_ptr<Database> reader_;
};

}  // namespace restanza::journal
