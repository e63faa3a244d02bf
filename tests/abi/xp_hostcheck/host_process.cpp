// SPDX-License-Identifier: MIT
#include "host_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace restanza::hostcheck {
namespace {

struct Ends {  // of a pipe; what is left of them is closed
  int read = -1, write = -1;
  Ends() {
    int both[2];
    if (pipe2(both, O_CLOEXEC) != 0) throw std::runtime_error("xp_hostcheck has no pipe");
    read = both[0];
    write = both[1];
  }
  ~Ends() {
    if (read >= 0) close(read);
    if (write >= 0) close(write);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  static int taken(int& end) { return std::exchange(end, -1); }
};

// In a group of its own, with SIGPIPE as programs expect it.
int spawn(const std::vector<std::string>& command, int in, int out, int err, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

HostProcess::HostProcess(const std::vector<std::string>& command) {
  Ends in, out, err;
  const int error = spawn(command, in.read, out.write, err.write, pid_);
  if (error != 0) throw std::runtime_error(command[0] + " cannot be started: " + std::strerror(error));
  input_ = Ends::taken(in.write);
  output_ = std::make_unique<Lines>(Ends::taken(out.read));
  errors_ = std::make_unique<Lines>(Ends::taken(err.read));
  waiter_ = std::thread([this] { wait_for_end(); });
}

HostProcess::~HostProcess() {
  end_input();
  kill(-pid_, SIGKILL);  // nobody else has the number: it is not waited for yet
  kill(pid_, SIGKILL);   // for one that has left the group
  waiter_.join();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void HostProcess::write_line(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  for (size_t at = 0; at < text.size() && input_ >= 0;) {
    const auto written = write(input_, text.data() + at, text.size() - at);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) at += static_cast<size_t>(written);
  }
}

void HostProcess::end_input() {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

void HostProcess::ask_to_end() {
  kill(pid_, SIGTERM);
}

std::optional<HostProcess::End> HostProcess::end() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return end_;
}

std::optional<HostProcess::End> HostProcess::wait(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait_for(lock, limit, [this] { return end_.has_value(); });
  return end_;
}

void HostProcess::finish() {
  if (!end()) return;
  output_->finish();
  errors_->finish();
}

void HostProcess::wait_for_end() {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  end_ = End{info.si_code != CLD_EXITED, info.si_status};
  ended_.notify_all();
}

}  // namespace restanza::hostcheck
