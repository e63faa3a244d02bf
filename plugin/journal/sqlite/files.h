// SPDX-License-Identifier: MIT
// The journal's files in its directory: who may read them, which process has them, where damaged ones go.
// Nothing here opens the database. Any thread; blocks for as long as the disk does. Internal to this folder.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace restanza::journal {

inline std::string database_path(const std::string& directory) {
  return directory + "/journal.db";
}

// The lock file of the directory, journal.lock: while one process has it locked, no other gets it (flock(2),
// whose lock ends with the process however that dies). Who only reads from outside does not lock it.
class LockFile {
 public:
  // An error where another process has it, or the file cannot be made.
  static Result<LockFile> lock(const std::string& directory);
  LockFile() = default;  // nothing is locked
  ~LockFile();           // unlocks
  LockFile(LockFile&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  LockFile& operator=(LockFile&& other) noexcept;

 private:
  int file_ = -1;
};

// Makes sure that the database exists with mode 0600 before anything is written to it; SQLite gives its
// companions, -wal and -shm, the mode of the database.
Result<void> make_private(const std::string& directory);

// Moves what there is of the database and its companions to a name that says when, and returns that name;
// empty where there is nothing.
Result<std::string> set_aside(const std::string& directory, WallTime now);

// A database that is worth nothing, and what SQLite puts beside one.
Result<void> remove_files(const std::string& path);

// An empty file beside the database, for what is to take its place; what an earlier try left there goes.
inline std::string next_path(const std::string& directory) {
  return database_path(directory) + ".new";
}
Result<void> make_next(const std::string& directory);
// It takes the place, where nothing is any more.
Result<void> take_place(const std::string& directory);

}  // namespace restanza::journal
