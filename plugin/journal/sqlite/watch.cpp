// SPDX-License-Identifier: MIT
#include "journal/sqlite/watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace restanza::journal {
namespace {

constexpr off_t kNever = std::numeric_limits<off_t>::max();
constexpr char kLogHead[] = {'\x37', '\x7f',
                             '\x06'};  // the fourth byte says in which order those of a number stand

}  // namespace

Watch::Watch(std::string path) : database_{std::move(path)}, log_{database_.path + "-wal"} {
  note();
}

void Watch::note() noexcept {
  note(database_, kNever);
  note(log_, kLogLimit);
}

std::string Watch::broken() const {
  std::string why = broken(database_);
  if (why.empty()) why = broken(log_);
  return why.empty() && log_has_lost_its_head() ? log_.path + " has been shortened" : why;
}

// Only the size is for this program to change. A file that is shorter than it may be stays known as it was.
void Watch::note(File& file, off_t cut_to) noexcept {
  struct stat info;
  if (lstat(file.path.c_str(), &info) != 0) return;
  if (!std::exchange(file.known, true)) {
    file.device = info.st_dev;
    file.inode = info.st_ino;
  }
  if (info.st_dev != file.device || info.st_ino != file.inode) return;
  if (info.st_size >= file.size || info.st_size >= cut_to) file.size = info.st_size;
}

// Somebody has emptied it, and this program has written behind that. Its own file of the database must not be
// opened here: closing it would give up SQLite's locks.
bool Watch::log_has_lost_its_head() const {
  if (log_.size == 0) return false;
  const int file = ::open(log_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return false;
  char head[sizeof kLogHead] = {};
  const bool read = ::pread(file, head, sizeof head, 0) == static_cast<ssize_t>(sizeof head);
  ::close(file);
  return read && !std::equal(std::begin(head), std::end(head), std::begin(kLogHead));
}

std::string Watch::broken(const File& file) {
  if (!file.known) return {};
  struct stat info;
  if (lstat(file.path.c_str(), &info) != 0) return file.path + " has been moved or deleted";
  if (info.st_dev != file.device || info.st_ino != file.inode) return file.path + " has been replaced";
  return info.st_size < file.size ? file.path + " has been shortened" : std::string();
}

}  // namespace restanza::journal
