// SPDX-License-Identifier: MIT
#include "journal/sqlite/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <system_error>

#include "base/random.h"
#include "journal/sqlite/key_room.h"

namespace restanza::journal {

Query::Query(Database& database, sqlite3_stmt* statement, int code)
    : database_(database), statement_(statement), code_(code) {}

Query::~Query() {
  sqlite3_reset(statement_);
}

void Query::note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

Query& Query::bind(int64_t value) {
  note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::bind(std::string_view text) {
  // A null pointer would bind NULL, and an empty view may have one.
  note(sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
  return *this;
}

Query& Query::bind_bytes(std::string_view bytes) {
  note(sqlite3_bind_blob64(statement_, ++bound_, bytes.empty() ? "" : bytes.data(), bytes.size(),
                           SQLITE_STATIC));
  return *this;
}

Result<bool> Query::next() {
  if (code_ != SQLITE_OK) return database_.error(code_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.error(code);
}

Result<void> Query::run() {
  for (;;) {
    const auto row = next();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);  // of a text: its bytes
  if (!data) return {};
  return std::string(static_cast<const char*>(data),
                     static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(std::string name) : name_(std::move(name)), run_id_(random_id()) {}

Result<std::unique_ptr<Database>> Database::open(const std::string& location, int flags, std::string name) {
  std::unique_ptr<Database> database(new Database(std::move(name)));
  // Whoever owns the connection has a lock already, so SQLite needs none of its own.
  const int code =
      sqlite3_open_v2(location.c_str(), &database->connection_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return database->error(code);
  sqlite3_extended_result_codes(database->connection_, 1);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

Query Database::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(std::string(sql), nullptr).first;
    const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &found->second, nullptr);
    if (code != SQLITE_OK) {
      statements_.erase(found);
      return Query(*this, nullptr, code);
    }
  }
  return Query(*this, found->second, SQLITE_OK);
}

Result<void> Database::script(const char* sql) {
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<int64_t> Database::number(std::string_view sql) {
  Query query = this->query(sql);
  const auto row = query.next();
  if (!row) return row.error();
  return *row ? query.integer(0) : 0;
}

int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(connection_);
}
size_t Database::changes() const {
  return static_cast<size_t>(sqlite3_changes64(connection_));
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_) == 0;
}
bool Database::read_only() const {
  return sqlite3_db_readonly(connection_, "main") == 1;
}

void Database::leave_files() {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Database::unreadable() const {
  const int code = sqlite3_extended_errcode(connection_), primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
         code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS;
}

void Database::undone() {
  counted_.reset();
  reserved_seq_ = 0;
}

void Database::succeed(const Database& earlier) {
  run_id_ = earlier.run_id_;
  max_bytes_ = earlier.max_bytes_;
  latest_seq_ = earlier.latest_seq_;
}

Error Database::error(int code) {
  const int primary = code & 0xff;
  const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
                       code == SQLITE_IOERR_SHORT_READ;  // of a log that somebody has shortened
  // The connection's message says more than the code's, but only where it is about the same failure.
  std::string text = sqlite3_errcode(connection_) == code || sqlite3_extended_errcode(connection_) == code
                         ? sqlite3_errmsg(connection_)
                         : sqlite3_errstr(code);
  const int system = sqlite3_system_errno(connection_);
  if (system != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
    text += " (" + std::generic_category().message(system) + ")";
  }
  return Error{name_ + ": " + text, damaged ? Error::Kind::damaged : Error::Kind::general};
}

Result<bool> Database::full() {
  const auto keys = bytes_of_keys(*this);
  if (!keys) return keys.error();
  const auto without_keys = [&](uint64_t used) { return used - std::min(used, *keys); };
  if (counted_ && without_keys(used_at_most()) + kNear < max_bytes_) return false;
  counted_.reset();
  const auto counted = count();
  if (!counted) return counted.error();
  if (!in_memory()) counted_ = *counted;
  return without_keys(counted->bytes) >= max_bytes_;
}

// SQLite reads the text of a PRAGMA anew each time that it runs.
Result<Database::Counted> Database::count() {
  // Pages that are still in the write-ahead log are counted by page_count already. The log itself is not: it
  // is used over and over, and grows past journal_size_limit only with a group that is larger.
  const auto pages = number("PRAGMA page_count");
  if (!pages) return pages.error();
  const auto unused = number("PRAGMA freelist_count");
  if (!unused) return unused.error();
  const auto page_size = number("PRAGMA page_size");
  if (!page_size) return page_size.error();
  return Counted{static_cast<uint64_t>((*pages - *unused) * *page_size), static_cast<uint64_t>(*page_size),
                 pages_written()};
}

// What was in use when it was counted, and all that was written since: no page comes into use unwritten.
uint64_t Database::used_at_most() const {
  constexpr uint32_t kCounterEnd = 0x7fffffff;  // then SQLite begins again at 0
  const uint64_t since = (pages_written() - counted_->written) & kCounterEnd;
  return counted_->bytes + since * counted_->page_size;
}

uint32_t Database::pages_written() const {
  int written = 0, highest = 0;
  sqlite3_db_status(connection_, SQLITE_DBSTATUS_CACHE_WRITE, &written, &highest, 0);
  return static_cast<uint32_t>(written);
}

// There nothing is written, and so no writes are counted.
bool Database::in_memory() const {
  const char* file = sqlite3_db_filename(connection_, "main");
  return !file || *file == '\0';
}

int64_t to_ms(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime from_ms(int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace restanza::journal
