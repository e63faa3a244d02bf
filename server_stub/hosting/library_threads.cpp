// SPDX-License-Identifier: MIT
#include "hosting/library_threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/thread.h"

namespace restanza::host {
namespace {

constexpr size_t kLooks = 50;
constexpr useconds_t kBetween = 20000;
constexpr int kFieldOfBegin = 22;  // of /proc/PID/stat, counted from 1

std::mutex begun_mutex;
ThreadSet begun_in_calls;  // into any library; with the lock, as each one's own

enum class Look { seen, ended, failed };

// Without memory: a stream of the library would take its want for the end of the file, and a thread that was
// not seen would be taken for one that came later.
Look look_at(const char* thread, unsigned long long& begun) {
  char name[64];
  std::snprintf(name, sizeof name, "/proc/self/task/%s/stat", thread);
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT || errno == ESRCH ? Look::ended : Look::failed;
  char text[1024] = {};
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return Look::ended;
  const std::string_view line(text);
  size_t at = line.rfind(')');  // the second field is a name, which may hold anything
  for (int field = 2; field < kFieldOfBegin && at != std::string_view::npos; ++field)
    at = line.find(' ', at + 1);
  if (at == std::string_view::npos) return Look::failed;
  begun = std::strtoull(text + at, nullptr, 10);
  return Look::seen;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

bool has(const ThreadSet& threads, const ThreadId& thread) {
  return threads.find(thread) != threads.end();
}

}  // namespace

bool operator<(const ThreadId& a, const ThreadId& b) {
  return std::tie(a.id, a.begun) < std::tie(b.id, b.begun);
}

Seen seen_threads() {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir("/proc/self/task"));
  if (!directory) return std::nullopt;
  try {
    ThreadSet threads;
    while (const dirent* entry = readdir(directory.get())) {
      const auto id = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));  // 0 for "." and ".."
      if (id == 0 || id == gettid()) continue;
      unsigned long long begun = 0;
      const Look look = look_at(entry->d_name, begun);
      if (look == Look::failed) return std::nullopt;
      if (look == Look::seen) threads.insert({id, begun});
    }
    return threads;
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

LibraryThreads::Call::Call(LibraryThreads& threads) : threads_(threads), before_(seen_threads()) {}

// Where memory is out, they stay threads that may be anybody's.
LibraryThreads::Call::~Call() {
  const Seen now = seen_threads();
  if (!before_ || !now) return;
  try {
    const std::lock_guard<std::mutex> lock(begun_mutex);
    for (auto thread = begun_in_calls.begin(); thread != begun_in_calls.end();) {
      thread = has(*now, *thread) ? std::next(thread) : begun_in_calls.erase(thread);
    }
    for (const auto& thread : *now) {
      if (has(*before_, thread)) continue;
      threads_.own_.insert(thread);
      begun_in_calls.insert(thread);
    }
  } catch (const std::bad_alloc&) {
  }
}

LibraryThreads::Left LibraryThreads::left() const {
  Left left;
  for (size_t i = 0; i < kLooks; ++i) {
    if (i > 0) usleep(kBetween);
    left = left_now();
    if (left.own == 0 && !left.others) break;
  }
  return left;
}

LibraryThreads::Left LibraryThreads::left_now() const try {
  const Seen now = seen_threads();
  if (!before_ || !now) return {0, true};
  const std::vector<pid_t> hosts = own_threads();
  Left left;
  const std::lock_guard<std::mutex> lock(begun_mutex);
  for (const auto& thread : *now) {
    if (std::find(hosts.begin(), hosts.end(), thread.id) != hosts.end()) continue;
    if (has(own_, thread)) {
      ++left.own;
    } else if (!has(*before_, thread) && !has(begun_in_calls, thread)) {
      left.others = true;
    }
  }
  return left;
} catch (const std::bad_alloc&) {
  return {0, true};
}

}  // namespace restanza::host
