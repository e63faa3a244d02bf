// SPDX-License-Identifier: MIT
#include "journal/sqlite/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/date.h"

namespace restanza::journal {
namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
constexpr std::array<const char*, 2> kCompanions = {"-wal", "-shm"};

std::string words(int code) {
  return std::generic_category().message(code);
}

bool exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

}  // namespace

Result<LockFile> LockFile::lock(const std::string& directory) {
  const std::string path = directory + "/journal.lock";
  LockFile locked;
  locked.file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (locked.file_ < 0) {
    return Error{path + ": " + words(errno) +
                 ": the state directory must exist and be writable for this user"};
  }
  if (flock(locked.file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error{path + ": " + words(errno)};
    return Error{"the state directory " + directory +
                 " is in use by another process: end that one, or give each a state directory of its own"};
  }
  return locked;
}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

LockFile::~LockFile() {
  if (file_ >= 0) close(file_);
}

Result<void> make_private(const std::string& directory) {
  const std::string path = database_path(directory);
  // Without O_TRUNC and before SQLite has it open: closing any descriptor of the file would drop SQLite's
  // locks.
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (file < 0) return Error{path + ": " + words(errno) + ": it must be writable for this user"};
  const bool changed = fchmod(file, kPrivate) == 0;
  const int code = errno;
  close(file);
  if (!changed) return Error{path + ": " + words(code)};
  for (const char* companion : kCompanions) {
    const std::string beside = path + companion;
    if (chmod(beside.c_str(), kPrivate) != 0 && errno != ENOENT) return Error{beside + ": " + words(errno)};
  }
  return {};
}

Result<std::string> set_aside(const std::string& directory, WallTime now) {
  const std::string path = database_path(directory);
  const std::string wanted = path + ".damaged-" + compact_date(now);
  std::string target = wanted;
  for (int count = 2; exists(target) || exists(target + "-wal"); ++count) {
    target = wanted + "." + std::to_string(count);
  }
  // The companions first: a write-ahead log that stayed behind would be read into the new database.
  bool moved = false;
  for (const char* companion : kCompanions) {
    if (rename((path + companion).c_str(), (target + companion).c_str()) == 0) {
      moved = true;
    } else if (errno != ENOENT) {
      return Error{path + companion + ": cannot be set aside: " + words(errno)};
    }
  }
  if (rename(path.c_str(), target.c_str()) == 0) {
    moved = true;
  } else if (errno != ENOENT) {
    return Error{path + ": is damaged and cannot be set aside: " + words(errno)};
  }
  return moved ? target : std::string();
}

Result<void> remove_files(const std::string& path) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    const std::string left = path + suffix;
    if (unlink(left.c_str()) != 0 && errno != ENOENT) return Error{left + ": " + words(errno)};
  }
  return {};
}

Result<void> make_next(const std::string& directory) {
  const std::string path = next_path(directory);
  if (auto removed = remove_files(path); !removed) return removed;
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (file < 0) return Error{path + ": " + words(errno)};
  close(file);
  return {};
}

Result<void> take_place(const std::string& directory) {
  const std::string path = database_path(directory), next = next_path(directory);
  // SQLite leaves it to others when such a copy gets to the disk.
  const int file = open(next.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return Error{next + ": " + words(errno)};
  const bool synced = fsync(file) == 0;
  const int code = errno;
  close(file);
  if (!synced) return Error{next + ": " + words(code)};
  if (rename(next.c_str(), path.c_str()) != 0) return Error{path + ": " + words(errno)};
  return {};
}

}  // namespace restanza::journal
