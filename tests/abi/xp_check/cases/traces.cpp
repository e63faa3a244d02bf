// SPDX-License-Identifier: MIT
// What is left of a plugin when it is gone. The cases begin with a whole life, so that what the C library or
// a sanitizer makes once and for ever does not count.
#include "traces.h"

#include <algorithm>
#include <thread>

#include "cases/cases.h"
#include "check.h"

namespace restanza::check {
namespace {

void traced_life(const Subject& subject) {
  Life life(subject);
  play(life.host);
  life.host.finish();
}

// A thread that was joined is gone for its process a moment before it is gone for /proc.
std::string threads_beyond(const std::set<std::string>& before) {
  std::string left;
  for (int i = 0; i < 1000; ++i) {
    left = added(before, threads());
    if (left.empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return left;
}

void no_threads(const Subject& subject) {
  const Library stays(subject.path);  // so that a thread that is left is found, rather than crashes
  traced_life(subject);
  const auto before = threads();
  for (int i = 0; i < 3; ++i) traced_life(subject);
  const std::string left = threads_beyond(before);
  require(left.empty(), "threads are left after destroy: " + left);
}

void no_descriptors(const Subject& subject) {
  traced_life(subject);
  const auto before = descriptors();
  for (int i = 0; i < 3; ++i) traced_life(subject);
  const std::string left = added(before, descriptors());
  require(left.empty(), "descriptors are left after destroy: " + left);
}

void process_is_the_same(const Subject& subject) {
  const auto before = process_state();
  const auto compare = [&before](const char* when) {
    const auto after = process_state();
    for (size_t i = 0; i < before.size(); ++i) {
      require(before[i] == after[i], std::string(when) + " " + after[i] + "; before, " + before[i]);
    }
  };
  Life life(subject);
  compare("after start");
  play(life.host);
  compare("while it runs");
  life.host.finish();
  compare("after destroy");
}

void signals_are_the_hosts(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  const auto before = threads();
  Host& host = new_host(subject, library);
  run(host, prepared.settings());
  play(host);
  std::string open;
  for (int i = 0; i < 20 && open.empty(); ++i) {  // the C library blocks them all while a thread begins
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    open = open_to_signals(before);
  }
  require(open.empty(), "a thread of the plugin does not block a signal: " + open);
  host.finish();
}

}  // namespace

std::vector<Case> trace_cases() {
  return {
      {"leaves_no_threads", "no thread is left after destroy", no_threads},
      {"leaves_no_descriptors", "no descriptor is left after destroy", no_descriptors},
      {"leaves_the_process_alone",
       "signals, working directory, environment, umask, locale and alarms are the host's",
       process_is_the_same},
      {"blocks_signals", "threads of the plugin block all signals", signals_are_the_hosts},
  };
}

}  // namespace restanza::check
