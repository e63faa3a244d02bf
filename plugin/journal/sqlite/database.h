// SPDX-License-Identifier: MIT
// One connection to SQLite and its prepared statements, each prepared once. Errors are SQLite's words and the
// file they are about; their kind is `damaged` where SQLite found the file damaged, or found no database in
// it. One thread at a time; whoever owns it has the lock. Internal to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace restanza::journal {

class Database;

// One execution of a statement; its end makes the statement ready for the next one. What goes wrong, be it in
// preparing or in binding, is said by the first `next` or `run`.
class Query {
 public:
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Parameters in the order of their question marks. Text and bytes must live until the last `next`.
  Query& bind(int64_t value);
  Query& bind(std::string_view text);
  Query& bind_bytes(std::string_view bytes);

  Result<bool> next();  // true: there is a row
  Result<void> run();   // to its end

  // Of the row that `next` found; columns count from 0.
  int64_t integer(int column) const;
  std::string text(int column) const;  // or bytes; empty where null
  bool is_null(int column) const;

 private:
  friend class Database;
  Query(Database& database, sqlite3_stmt* statement, int code);
  void note(int code);

  Database& database_;
  sqlite3_stmt* const statement_;
  int code_;
  int bound_ = 0;
};

class Database {
 public:
  // `location`: what sqlite3_open_v2 takes; `name`: how errors call it.
  static Result<std::unique_ptr<Database>> open(const std::string& location, int flags, std::string name);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A statement with this text must not be under way already.
  Query query(std::string_view sql);
  Result<void> run(std::string_view sql) { return query(sql).run(); }
  Result<void> script(const char* sql);          // several statements, not kept
  Result<int64_t> number(std::string_view sql);  // of its first row and column; 0 where there is none

  int64_t last_row() const;  // inserted
  size_t changes() const;    // rows, by the latest statement itself
  bool in_transaction() const;
  bool read_only() const;

  // From how many bytes in use on new work is refused; what is in the write-ahead log counts, and idempotency
  // keys, which have limits of their own, do not.
  void limit(uint64_t max_bytes) { max_bytes_ = max_bytes; }
  // Whether that is reached; asked in a transaction that writes, before its end. To count the pages costs as
  // much as a message, so they are counted again only where it may have come within kNear since.
  Result<bool> full();
  void undone();  // what was counted or reserved has been rolled back

  static constexpr uint64_t kNear = 64u << 20;  // more than a transaction adds

  // Closing moves nothing from the write-ahead log into the file, and deletes nothing.
  void leave_files();

  // Whether the latest call failed because the file cannot be read, and not for want of room elsewhere.
  bool unreadable() const;

  // Goes on where another opening of the same content ends: by its limit, its run and its numbers.
  void succeed(const Database& earlier);

  const std::string& name() const { return name_; }

  // Names this opening: a random value, so that what an earlier process left unfinished can be told.
  const std::string& run_id() const { return run_id_; }

  // The number that was last given to a delivery.
  int64_t& latest_seq() { return latest_seq_; }
  // The highest that may be given before more are reserved; 0 where that is not known.
  int64_t& reserved_seq() { return reserved_seq_; }

 private:
  friend class Query;
  explicit Database(std::string name);
  Error error(int code);
  struct Counted {
    uint64_t bytes = 0;      // in use
    uint64_t page_size = 0;  // of each page
    uint32_t written = 0;    // pages, until then
  };
  Result<Counted> count();
  uint64_t used_at_most() const;
  uint32_t pages_written() const;
  bool in_memory() const;

  const std::string name_;
  std::string run_id_;
  sqlite3* connection_ = nullptr;
  uint64_t max_bytes_ = UINT64_MAX;
  std::optional<Counted> counted_;
  int64_t latest_seq_ = 0;
  int64_t reserved_seq_ = 0;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

// Dates are stored as milliseconds since 1970, which every tool that opens the file can show.
int64_t to_ms(WallTime time);
WallTime from_ms(int64_t ms);

}  // namespace restanza::journal
