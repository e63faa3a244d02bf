// SPDX-License-Identifier: MIT
// What comes out of a pipe, line by line, read on a thread of its own so that whoever writes never waits.
// Owns the descriptor. The functions are for any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace restanza::hostcheck {

using Text = std::vector<std::string>;

class Lines {
 public:
  explicit Lines(int fd);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  Text all() const;
  // False: the lines are not so in time, or never will be.
  bool wait(const std::function<bool(const Text&)>& are_so, std::chrono::milliseconds limit) const;
  // Takes what is in the pipe now, and nothing after it.
  void finish();

 private:
  void read();
  void take(const char* bytes, size_t count);

  const int fd_;
  int stop_[2];
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Text lines_;
  std::string begun_;  // of the thread: a line without its end
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace restanza::hostcheck
