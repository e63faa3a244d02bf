// SPDX-License-Identifier: MIT
// Whether the files of a database are still those that its connections have open. Somebody may move, delete,
// replace or shorten them while the program runs, and SQLite does not look. This does, by name. One thread at
// a time. Internal to this folder.
#pragma once

#include <sys/types.h>

#include <string>

namespace restanza::journal {

// Bytes to which SQLite may cut its write-ahead log (PRAGMA journal_size_limit), and no further; nothing else
// of the files ever becomes shorter.
constexpr off_t kLogLimit = 16777216;

class Watch {
 public:
  // The files are those that have just been opened.
  explicit Watch(std::string path);

  void note() noexcept;        // they are as this program has left them
  std::string broken() const;  // what somebody has done to them, for people; empty: nothing

 private:
  struct File {
    std::string path;
    bool known = false;  // the write-ahead log is not there before the first write
    dev_t device{};
    ino_t inode{};
    off_t size = 0;
  };
  static void note(File& file, off_t cut_to) noexcept;
  static std::string broken(const File& file);
  bool log_has_lost_its_head() const;

  File database_, log_;
};

}  // namespace restanza::journal
