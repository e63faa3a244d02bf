// SPDX-License-Identifier: MIT
#include "journal/sqlite/watch.h"

#include <sys/stat.h>

#include <utility>

namespace restanza::journal {

Watch::Watch(std::string path) : database_{std::move(path)}, log_{database_.path + "-wal"} {
  note();
}

void Watch::note() noexcept {
  note(database_);
  note(log_);
}

std::string Watch::broken() const {
  std::string why = broken(database_);
  return why.empty() ? broken(log_) : why;
}

// Only the size is for this program to change. SQLite's write-ahead log shrinks at times, in a write.
void Watch::note(File& file) noexcept {
  struct stat info;
  if (lstat(file.path.c_str(), &info) != 0) return;
  if (!std::exchange(file.known, true)) {
    file.device = info.st_dev;
    file.inode = info.st_ino;
  }
  if (info.st_dev == file.device && info.st_ino == file.inode) file.size = info.st_size;
}

std::string Watch::broken(const File& file) {
  if (!file.known) return {};
  struct stat info;
  if (lstat(file.path.c_str(), &info) != 0) return file.path + " has been moved or deleted";
  if (info.st_dev != file.device || info.st_ino != file.inode) return file.path + " has been replaced";
  return info.st_size < file.size ? file.path + " has been shortened" : std::string();
}

}  // namespace restanza::journal
