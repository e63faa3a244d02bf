// SPDX-License-Identifier: MIT
#include "journal/sqlite/store.h"

#include <sqlite3.h>

#include <utility>

#include "journal/sqlite/answers.h"
#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/files.h"
#include "journal/sqlite/schema.h"
#include "journal/sqlite/watch.h"
#include "journal/sqlite/writes.h"

namespace restanza::journal {
namespace {

// Another process that looks (`table`) holds up nothing but the very first and last moments of a file.
constexpr int kBusyMs = 5000;

Result<void> expect(Database& db, std::string_view pragma, std::string_view value) {
  Query query = db.query(pragma);
  const auto row = query.next();
  if (!row) return row.error();
  if (*row && query.text(0) == value) return {};
  return Error{std::string(pragma) + " gives " + (*row ? query.text(0) : "nothing") + " instead of " +
               std::string(value)};
}

Result<void> settle(Database& db) {
  // Deleted content is overwritten where that costs no write of its own; temporary data never gets to a disk.
  // Foreign keys are not enforced: the checks are a third of the work, and a trigger keeps the tables
  // together.
  auto set = db.script(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = FAST;"
      "PRAGMA temp_store = MEMORY;");
  return set ? db.run("PRAGMA journal_size_limit = " + std::to_string(kLogLimit)) : set;
}

// A sound database that is ready for use. An error of the kind `damaged` is about a file to set aside.
Result<std::unique_ptr<Database>> open_file(const std::string& path) {
  auto opened = Database::open(path, SQLITE_OPEN_READWRITE, path);
  if (!opened) return opened;
  Database& db = **opened;
  const auto ready = [&]() -> Result<void> {
    if (auto set = db.run("PRAGMA busy_timeout = " + std::to_string(kBusyMs)); !set) return set;
    if (db.read_only()) return Error{path + ": it must be writable for this user"};
    Query check = db.query("PRAGMA quick_check(1)");
    if (auto row = check.next(); !row) return row.error();
    if (check.text(0) != "ok") return Error{path + ": " + check.text(0), Error::Kind::damaged};
    if (auto end = check.run(); !end) return end;
    if (auto wal = expect(db, "PRAGMA journal_mode = WAL", "wal"); !wal) return wal;
    if (auto set = settle(db); !set) return set;
    if (auto prepared = prepare_schema(db); !prepared) return prepared;
    if (auto whole = check_tables(db); !whole) return whole;
    return go_on_numbering(db);
  }();
  if (ready) return opened;
  if (ready.error().kind == Error::Kind::damaged) db.leave_files();
  return ready.error();
}

Result<std::unique_ptr<Database>> open_reader(const std::string& path) {
  auto opened = Database::open(path, SQLITE_OPEN_READONLY, path);
  if (!opened) return opened;
  if (auto set = (*opened)->run("PRAGMA busy_timeout = " + std::to_string(kBusyMs)); !set) return set.error();
  if (auto set = (*opened)->run("PRAGMA temp_store = MEMORY"); !set) return set.error();
  // Its first read opens the write-ahead log by name, and nobody has taken that away yet.
  Query first = (*opened)->query("PRAGMA schema_version");
  if (const auto row = first.next(); !row) return row.error();
  return opened;
}

// All of `work` or nothing, in one transaction.
Result<void> transact(Database& db, const char* begin, const std::function<Result<void>(Database&)>& work) {
  // A rollback that failed left the transaction open; what it held must not become part of this one.
  if (db.in_transaction()) (void)db.run("ROLLBACK");
  if (auto begun = db.run(begin); !begun) return begun;
  auto done = work(db);
  if (done) done = db.run("COMMIT");
  if (!done && db.in_transaction()) (void)db.run("ROLLBACK");
  return done;
}

}  // namespace

SqliteStore::SqliteStore() = default;
SqliteStore::~SqliteStore() = default;

Result<OpenedStore> SqliteStore::open(const StorePlace& place, const Clock& clock) {
  const std::string& directory = place.directory;
  OpenedStore opened;
  std::unique_ptr<SqliteStore> made_store(new SqliteStore());
  SqliteStore& store = *made_store;
  opened.store = std::move(made_store);
  if (directory.empty()) {
    auto memory = Database::open(":memory:", SQLITE_OPEN_READWRITE, "the journal in memory");
    if (!memory) return memory.error();
    store.db_ = std::move(*memory);
    store.db_->limit(place.max_bytes);
    if (auto set = settle(*store.db_); !set) return set.error();
    if (auto made = prepare_schema(*store.db_); !made) return made.error();
    store.note_full(*store.db_);
    return opened;
  }

  auto locked = LockFile::lock(directory);
  if (!locked) return locked.error();
  store.lock_file_ = std::make_unique<LockFile>(std::move(*locked));
  if (auto made = make_private(directory); !made) return made.error();
  const std::string path = database_path(directory);
  auto file = open_file(path);
  if (!file && file.error().kind == Error::Kind::damaged) {
    auto moved = set_aside(directory, clock.wall());
    if (!moved) return moved.error();
    opened.set_aside = std::move(*moved);
    if (auto made = make_private(directory); !made) return made.error();
    file = open_file(path);
  }
  if (!file) return file.error();
  store.db_ = std::move(*file);
  store.db_->limit(place.max_bytes);
  store.note_full(*store.db_);
  auto reader = open_reader(path);
  if (!reader) return reader.error();
  store.reader_ = std::move(*reader);
  store.directory_ = directory;
  store.clock_ = &clock;
  store.watch_ = std::make_unique<Watch>(path);
  return opened;
}

Result<void> SqliteStore::write(const std::function<Result<void>(Database&)>& work) {
  const std::lock_guard<std::mutex> lock(writing_);
  auto done = transact(*db_, "BEGIN IMMEDIATE", [&](Database& db) {
    auto written = work(db);
    if (written) note_full(db);
    return written;
  });
  if (!done) db_->undone();
  if (watch_) watch_->note();
  note_damage(done);
  return done;
}

void SqliteStore::note_damage(const Result<void>& done) noexcept {
  if (!done && done.error().kind == Error::Kind::damaged) damaged_ = true;
}

Result<std::optional<Renewed>> SqliteStore::look() {
  const std::lock_guard<std::mutex> lock(writing_);
  std::string why = watch_ ? watch_->broken() : std::string();
  if (why.empty() && watch_ && damaged_) why = database_path(directory_) + " is damaged";
  if (why.empty()) return std::optional<Renewed>();
  auto renewed = renew(std::move(why));
  if (!renewed) {
    return Error{"The journal's files have been moved, replaced or shortened, and cannot be written anew: " +
                 renewed.error().text + ": what waits for endpoints may be lost when this program ends"};
  }
  return std::optional<Renewed>(std::move(*renewed));
}

// The connections have the earlier files open, wherever these are by now, and read them until all is done.
// They are closed so that they leave alone what has the old names.
Result<Renewed> SqliteStore::renew(std::string why) {
  if (db_->in_transaction()) (void)db_->run("ROLLBACK");
  Renewed renewed{std::move(why), {}, {}};
  if (auto saved = save(renewed); !saved) return saved.error();
  if (auto cleared = clear_place(renewed); !cleared) return cleared.error();
  if (auto placed = take_place(directory_); !placed) return placed.error();
  const std::string path = database_path(directory_);
  placed_ = std::make_unique<Watch>(path);
  auto file = open_file(path);
  if (!file) return file.error();
  auto reader = open_reader(path);
  if (!reader) return reader.error();
  placed_->note();
  const std::lock_guard<std::mutex> reading(reading_);
  (*file)->succeed(*db_);
  for (Database* earlier : {db_.get(), reader_.get()}) earlier->leave_files();
  db_ = std::move(*file);
  reader_ = std::move(*reader);
  watch_ = std::move(placed_);
  damaged_ = false;
  note_full(*db_);
  return renewed;
}

// What an earlier try has placed there itself, and could not open, is no loss.
Result<void> SqliteStore::clear_place(Renewed& renewed) {
  const bool ours = placed_ && placed_->broken().empty();
  if (ours) return remove_files(database_path(directory_));
  auto moved = set_aside(directory_, clock_->wall());
  if (!moved) return moved.error();
  renewed.set_aside = std::move(*moved);
  return {};
}

// What can be read, in a file beside. Where nothing can it is empty, and becomes a journal that has just
// begun.
Result<void> SqliteStore::save(Renewed& renewed) {
  if (auto made = make_next(directory_); !made) return made;
  std::string quoted;
  for (const char c : next_path(directory_)) quoted.append(c == '\'' ? 2 : 1, c);
  auto saved = db_->script(("VACUUM INTO '" + quoted + "'").c_str());
  const bool unreadable = !saved && db_->unreadable();
  if (saved) saved = check_copy();
  if (saved) return {};
  if (!unreadable && saved.error().kind != Error::Kind::damaged) return saved.error();
  renewed.lost = saved.error().text;
  return make_next(directory_);
}

// A file that has been emptied can be read, and copied, as one that never had a table.
Result<void> SqliteStore::check_copy() const {
  const auto copy = Database::open(next_path(directory_), SQLITE_OPEN_READONLY, database_path(directory_));
  return copy ? check_tables(**copy) : Result<void>(copy.error());
}

Result<void> SqliteStore::read(const std::function<Result<void>(Database&)>& work) {
  const bool apart = !directory_.empty();  // the connections are known under the lock only
  const std::lock_guard<std::mutex> lock(apart ? reading_ : writing_);
  const auto done = transact(apart ? *reader_ : *db_, "BEGIN", work);
  note_damage(done);
  return done;
}

Result<void> SqliteStore::write(const std::vector<Write>& writes) {
  return write([&](Database& db) { return carry_out(db, writes); });
}

Result<Answer> SqliteStore::read(const Read& read) {
  Result<Answer> answer = Answer();
  const auto done = this->read([&](Database& db) -> Result<void> {
    answer = carry_out(db, read);
    return answer ? Result<void>() : answer.error();
  });
  if (!done) return done.error();
  return answer;
}

// Inside the transaction: asked for apart, each of the numbers would cost locks of the file. Where it cannot
// be known, the next write finds out why, and says it.
void SqliteStore::note_full(Database& db) {
  const auto full = db.full();
  if (full) full_ = *full;
}

}  // namespace restanza::journal
