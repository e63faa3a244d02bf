// SPDX-License-Identifier: MIT
// The journal's files in its directory: who may read them, who holds them, where damaged ones go. Nothing
// here opens the database. Internal to this folder; blocks for as long as the disk does.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace restanza::journal {

inline std::string database_path(const std::string& directory) {
  return directory + "/journal.db";
}

// The directory, held against other processes (flock(2), so that it ends with the process however that dies).
// Reading from outside does not ask for it.
class Hold {
 public:
  static Result<Hold> take(const std::string& directory);
  Hold() = default;  // of nothing
  ~Hold();
  Hold(Hold&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  Hold& operator=(Hold&& other) noexcept;

 private:
  int file_ = -1;
};

// Makes sure that the database exists with mode 0600 before anything is written to it; SQLite gives its
// companions, -wal and -shm, the mode of the database.
Result<void> make_private(const std::string& directory);

// Moves the database and its companions to a name that says when, and returns that name.
Result<std::string> set_aside(const std::string& directory, WallTime now);

}  // namespace restanza::journal
