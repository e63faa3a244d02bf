// SPDX-License-Identifier: MIT
#include "runner.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "check.h"

namespace restanza::check {
namespace {

using Place = std::atomic<const char*>;  // string literals: the same in parent and child

Place& place() {
  static Place* shared = [] {
    void* memory = mmap(nullptr, sizeof(Place), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    return new (memory) Place("the beginning");
  }();
  return *shared;
}

[[noreturn]] void child(const std::function<void()>& work, int out) {
  std::string why;
  try {
    work();
  } catch (const std::exception& e) {
    why = e.what();
  }
  if (why.empty()) std::exit(EXIT_SUCCESS);  // with what leak checkers do at the end
  const auto written = write(out, why.data(), why.size());
  _exit(written < 0 ? 3 : 2);
}

std::string read_all(int in, std::chrono::steady_clock::time_point until, bool& in_time) {
  std::string text;
  std::array<char, 1024> bytes;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd polled{in, POLLIN, 0};
    in_time = left.count() > 0 && poll(&polled, 1, static_cast<int>(left.count())) > 0;
    if (!in_time) return text;
    const auto got = ::read(in, bytes.data(), bytes.size());
    if (got <= 0) return text;
    text.append(bytes.data(), static_cast<size_t>(got));
  }
}

}  // namespace

void now_in(const char* what) {
  place() = what;
}

std::string run_apart(const std::function<void()>& work, std::chrono::seconds limit) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  now_in("the beginning");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return "no process";
  if (pid == 0) {
    close(ends[0]);
    setpgid(0, 0);
    child(work, ends[1]);
  }
  close(ends[1]);
  bool in_time = true;
  std::string why = read_all(ends[0], std::chrono::steady_clock::now() + limit, in_time);
  close(ends[0]);
  if (!in_time) kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  const std::string where = std::string(", in ") + place().load();
  if (!in_time) return "it did not end within " + std::to_string(limit.count()) + " s" + where;
  if (!why.empty()) return why;
  if (WIFSIGNALED(status)) return std::string("it crashed (") + strsignal(WTERMSIG(status)) + ")" + where;
  if (WEXITSTATUS(status) != 0) return "it ended with code " + std::to_string(WEXITSTATUS(status)) + where;
  return {};
}

}  // namespace restanza::check
