// SPDX-License-Identifier: MIT
#include "traces.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

namespace restanza::check {
namespace {

std::set<std::string> entries(const std::string& directory) {
  std::set<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()), closedir);
  if (!dir) return names;
  const std::string own = std::to_string(dirfd(dir.get()));
  while (const dirent* entry = readdir(dir.get())) {
    if (entry->d_name[0] != '.' && entry->d_name != own) names.insert(entry->d_name);
  }
  return names;
}

}  // namespace

std::set<std::string> threads() {
  return entries("/proc/self/task");
}

std::set<std::string> descriptors() {
  std::set<std::string> shown;
  for (const std::string& number : entries("/proc/self/fd")) {
    std::array<char, 256> target{};
    const auto size = readlink(("/proc/self/fd/" + number).c_str(), target.data(), target.size());
    shown.insert(number + " -> " + std::string(target.data(), size > 0 ? static_cast<size_t>(size) : 0));
  }
  return shown;
}

std::vector<std::string> process_state() {
  std::vector<std::string> lines;
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    char line[128];
    std::snprintf(line, sizeof line, "the disposition of signal %d (%s) is %s, it is %sblocked", number,
                  strsignal(number),
                  action.sa_handler == SIG_DFL   ? "the default"
                  : action.sa_handler == SIG_IGN ? "to ignore it"
                                                 : "a handler",
                  sigismember(&mask, number) == 1 ? "" : "not ");
    lines.emplace_back(line);
  }
  std::array<char, 4096> directory{};
  const char* here = getcwd(directory.data(), directory.size());
  lines.push_back(std::string("the working directory is ") + (here ? here : "gone"));
  const mode_t mode = umask(0);
  umask(mode);
  lines.push_back("the umask is " + std::to_string(mode));
  lines.push_back(std::string("the locale is ") + std::setlocale(LC_ALL, nullptr));
  itimerval timer{};
  getitimer(ITIMER_REAL, &timer);
  lines.push_back(std::string("an alarm is ") +
                  (timer.it_value.tv_sec || timer.it_value.tv_usec ? "set" : "not set"));
  std::string environment = "the environment is";
  for (char** each = environ; each && *each; ++each) environment += std::string(" ") + *each;
  lines.push_back(environment);
  return lines;
}

// A thread may have ended meanwhile; then it has no status to read.
std::string open_to_signals(const std::set<std::string>& before) {
  const std::string mark = "SigBlk:";
  for (const std::string& thread : threads()) {
    if (before.count(thread) != 0) continue;
    std::ifstream status("/proc/self/task/" + thread + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.compare(0, mark.size(), mark) != 0) continue;
      const uint64_t blocked = std::stoull(line.substr(mark.size()), nullptr, 16);
      for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1}) {
        if ((blocked >> static_cast<unsigned>(number - 1) & 1U) == 0) return strsignal(number);
      }
    }
  }
  return {};
}

std::string added(const std::set<std::string>& before, const std::set<std::string>& after) {
  std::string text;
  for (const std::string& each : after) {
    if (before.count(each) == 0) text += (text.empty() ? "" : ", ") + each;
  }
  return text;
}

}  // namespace restanza::check
