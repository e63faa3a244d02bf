// SPDX-License-Identifier: GPL-3.0-or-later
// The program restanza-host: reads the command line and the configuration, runs the host, and ends it on a
// signal. The main thread waits for signals and takes new configurations; everything else has threads of its
// own.
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "app/command_line.h"
#include "app/first_run.h"
#include "app/host.h"
#include "app/service_manager.h"
#include "app/settings_list.h"
#include "app/state.h"
#include "app/task.h"
#include "base/guarded.h"
#include "http_front/memory_pressure.h"
#include "modes/link_mode.h"
#include "net/wakeup.h"

namespace {

using namespace restanza;
using namespace restanza::host;

int fail(const std::string& why) {
  std::fprintf(stderr, "restanza-host: %s\n", why.c_str());
  return 1;
}

// What ends the main thread's wait besides a signal: a component that was refused.
class Ending {
 public:
  int descriptor() const { return wakeup_.descriptor(); }
  void because(std::string why) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      why_ = std::move(why);
    }
    wakeup_.wake();
  }
  std::optional<std::string> why() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return why_;
  }

 private:
  Wakeup wakeup_;
  mutable std::mutex mutex_;
  std::optional<std::string> why_;
};

// Until a signal or `ending` ends the program; SIGHUP runs `hang_up`, and what comes meanwhile waits.
void wait_for_the_end(int signals, const Ending& ending, const std::function<void()>& hang_up) {
  for (;;) {
    pollfd fds[] = {{signals, POLLIN, 0}, {ending.descriptor(), POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
    if (info.ssi_signo != SIGHUP) return;
    hang_up();
  }
}

ServiceManager service_manager(Log& log) {
  auto manager = ServiceManager::of_environment();
  if (manager) return *manager;
  log.warn(manager.error().text + "; the service manager is told nothing");
  return {};
}

void read_again(const std::string& file, Host& host, LogSink& log) {
  if (file.empty()) return log.warn("SIGHUP: there is no configuration file to read again");
  const auto config = load_config(file, known_modes());
  if (!config) return log.error("SIGHUP: " + config.error().text + "; nothing was changed");
  host.reload(*config);
  log.show_from(config->log_level);
}

// Before anything else and any thread: signals are for the main thread alone, those that come early wait for
// it, and a peer that closes early is no reason to die.
int take_signals() {
  sigset_t mask;
  sigemptyset(&mask);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&mask, signal);
  sigprocmask(SIG_BLOCK, &mask, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &mask, SFD_CLOEXEC);
}

// A connection takes a descriptor, and the usual 1024 are a limit for programs that use select(2).
void allow_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What the command line asks for in place of a run; absent: a run.
std::optional<TaskWords> task_of(const CommandLine& line) {
  if (line.deliveries) return TaskWords{"deliveries"};
  if (line.migrate) return TaskWords{"migrate"};
  if (!line.copy_from.empty()) return TaskWords{"journal-copy", {line.copy_from, line.copy_to}};
  return std::nullopt;
}

int do_task(const HostConfig& config, const TaskWords& task) {
  int status = 0;
  for (const auto& plugin : config.plugins) {
    std::printf("%s (%s):\n", plugin.domain.c_str(), plugin.load.c_str());
    const bool writes = task.name == "journal-copy" && !plugin.state_dir.empty();
    if (auto made = writes ? make_directory(plugin.state_dir) : Result<void>(); !made) {
      status = fail(made.error().text);
      continue;
    }
    const auto done =
        do_task(plugin, task, [](const std::string& line) { std::printf("  %s\n", line.c_str()); });
    std::fflush(stdout);
    if (!done) status = fail(done.error().text);
  }
  return status;
}

// `file`: what the configuration was read from; empty for the built-in one, whose hint is shown when it is
// up.
int run(const HostConfig& config, const std::string& file, const std::string& hint, bool check, int signals) {
  LogSink log(config.log_level);
  const ServiceManager manager = service_manager(log);
  Ending ending;
  HostEvents events;
  events.ready = [&hint, &manager](const std::string& line) {
    manager.status(line);
    if (!hint.empty()) std::fputs(hint.c_str(), stderr);
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  events.refused = [&ending](std::string why) { ending.because(std::move(why)); };

  for (const auto& plugin : config.plugins) {
    if (check || plugin.state_dir.empty()) continue;
    if (auto made = make_directory(plugin.state_dir); !made) return fail(made.error().text);
  }
  auto host = Host::make(config, log, events);
  if (!host) return fail(host.error().text);
  if (check) {
    std::printf("the configuration is good\n");
    return 0;
  }
  if (const char* awaited = link_mode(config.mode).awaited) manager.status(awaited);
  if (auto started = (*host)->start(); !started) return fail(started.error().text);
  manager.ready();
  wait_for_the_end(signals, ending, [&] {
    guarded(log, "telling the service manager", [&] { manager.reloading(); });
    guarded(log, "SIGHUP", [&] { read_again(file, **host, log); });
    guarded_until_done(log, "telling the service manager", [&] { manager.ready(); });
  });
  manager.stopping();
  (*host)->shut_down();
  const auto why = ending.why();
  const int status = why ? fail(*why) : 0;
  if ((*host)->abandoned()) {
    // A plugin that never ended may still call: nothing that it knows may go away before the process does.
    log.finish();
    std::_Exit(status);
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  const int signals = take_signals();
  allow_descriptors();
  wait_for_memory();
  const auto line = read_command_line({argv + 1, argv + argc});
  if (!line) return fail(line.error().text);
  if (line->help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (line->version) {
    std::printf("restanza-host %s\n", RESTANZA_VERSION);
    return 0;
  }
  if (line->settings) {
    std::fputs(settings_list().c_str(), stdout);
    return 0;
  }
  const auto task = task_of(*line);
  if (!line->config.empty()) {
    const auto config = load_config(line->config, known_modes());
    if (config && task) return do_task(*config, *task);
    return config ? run(*config, line->config, "", line->check, signals) : fail(config.error().text);
  }
  if (task) return do_task(first_config(), *task);
  if (line->check) {  // a first run would generate secrets
    std::printf("there is no configuration to look at: --config names one\n");
    return 0;
  }
  const auto first = first_run(line->webhook);
  return first ? run(first->config, "", first->hint, false, signals) : fail(first.error().text);
}
