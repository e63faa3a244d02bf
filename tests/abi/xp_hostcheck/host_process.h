// SPDX-License-Identifier: MIT
// The host under check, as a process with a pipe for a network: a line of its input is a stanza for it, a
// line of its output one from it, and a line of its errors says where it serves HTTP. For one thread; it has
// a thread for each of its pipes and one that waits for its end. Its end is the end of all that it began in
// its process group.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lines.h"

namespace restanza::hostcheck {

class HostProcess {
 public:
  struct End {
    bool by_signal;
    int number;  // of the signal, or the exit code
  };

  explicit HostProcess(const std::vector<std::string>& command);
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  const Lines& output() const { return *output_; }
  const Lines& errors() const { return *errors_; }

  void write_line(std::string_view line);  // nothing happens once it has ended
  void end_input();
  void ask_to_end();  // SIGTERM

  std::optional<End> wait(std::chrono::milliseconds limit);  // absent: it has not ended in time
  void finish();                                             // of an ended one: all its lines are there then

 private:
  void wait_for_end();
  std::optional<End> end() const;

  pid_t pid_ = -1;
  int input_ = -1;
  std::unique_ptr<Lines> output_, errors_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<End> end_;  // its number stays its own until the destructor
  std::thread waiter_;
};

}  // namespace restanza::hostcheck
