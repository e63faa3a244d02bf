// SPDX-License-Identifier: MIT
// xp_hostcheck: checks a host against plugin/include/xp.h, with plugins that are no friends. Each case starts
// the host anew; a line for each and a summary go to standard output, and the exit code is 0 where all
// passed. Threads: the main thread tells, and one for each job plays a case after the other.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "cases/cases.h"
#include "chosen_cases.h"

namespace {

using namespace restanza::hostcheck;

constexpr const char* kUsage =
    "usage: xp_hostcheck [--only NAME]... [--jobs NUMBER] [--timeout SECONDS] [--plugins DIRECTORY]\n"
    "                    COMMAND [ARGUMENT]...\n"
    "       xp_hostcheck --list | --rules\n"
    "\n"
    "COMMAND is started for each case, with a plugin, its domain and its settings behind its arguments. It\n"
    "speaks the protocol that xp_hostcheck(1) has.\n";

constexpr int kMaxJobs = 64;

struct Arguments {
  Setup setup{{}, XP_HOSTCHECK_PLUGINS, std::chrono::seconds(60)};
  std::vector<std::string> only;
  int jobs = 1;
  bool list = false, rules = false;
};

bool parse(int argc, char** argv, Arguments& out) {
  int i = 1;
  for (; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool takes_value =
        argument == "--only" || argument == "--jobs" || argument == "--timeout" || argument == "--plugins";
    if (takes_value && i + 1 == argc) return false;
    if (argument == "--only") {
      out.only.emplace_back(argv[++i]);
    } else if (argument == "--jobs") {
      out.jobs = std::atoi(argv[++i]);
    } else if (argument == "--timeout") {
      out.setup.limit = std::chrono::seconds(std::atoi(argv[++i]));
    } else if (argument == "--plugins") {
      out.setup.plugins = argv[++i];
    } else if (argument == "--list") {
      out.list = true;
    } else if (argument == "--rules") {
      out.rules = true;
    } else if (argument.compare(0, 2, "--") == 0) {
      return false;
    } else {
      break;
    }
  }
  out.setup.command.assign(argv + i, argv + argc);
  const bool tells = out.list || out.rules;
  const bool in_range = out.setup.limit.count() > 0 && out.jobs > 0 && out.jobs <= kMaxJobs;
  return tells == out.setup.command.empty() && in_range;
}

std::vector<Case> all_cases() {
  return restanza::joined<Case>({loading_cases(), request_cases(), stanza_cases(), sending_cases(),
                                 life_cases(), since_1_1_cases(), body_cases()});
}

struct Result {
  enum { ok, left_out, failed } kind;
  std::string why;
};

Result run(const Case& each, const Setup& setup) {
  try {
    Session session(setup, each.plugin);
    each.run(session);
    return {Result::ok, {}};
  } catch (const LeftOut& left_out) {
    return {Result::left_out, left_out.what()};
  } catch (const std::exception& failed) {
    return {Result::failed, failed.what()};
  }
}

struct Counts {
  size_t failed = 0, left_out = 0;
};

// Several at once, because most of them wait. What they say stands in the order of the cases all the same.
Counts play(const std::vector<Case>& cases, const Arguments& arguments) {
  std::vector<std::promise<Result>> results(cases.size());
  std::atomic<size_t> next{0};
  std::vector<std::thread> players;
  for (int job = 0; job < arguments.jobs; ++job) {
    players.emplace_back([&] {
      for (size_t mine = next++; mine < cases.size(); mine = next++) {
        results[mine].set_value(run(cases[mine], arguments.setup));
      }
    });
  }
  Counts counts;
  for (size_t i = 0; i < cases.size(); ++i) {
    const Result result = results[i].get_future().get();
    if (result.kind == Result::ok) {
      std::printf("ok %s\n", cases[i].name);
    } else {
      const bool failed = result.kind == Result::failed;
      std::printf("%s %s: %s\n", failed ? "FAIL" : "skip", cases[i].name, result.why.c_str());
      ++(failed ? counts.failed : counts.left_out);
    }
    std::fflush(stdout);
  }
  for (std::thread& player : players) player.join();
  return counts;
}

void tell(const Arguments& arguments, const std::vector<Case>& cases) {
  if (arguments.list) {
    for (const Case& each : cases) std::printf("%-22s %s\n", each.name, each.shows);
  } else {
    for (const Rule& rule : rules::kAll) std::printf("%s: %s\n", rule.where, rule.words);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  std::vector<Case> cases = all_cases();
  if (!parse(argc, argv, arguments) || !restanza::choose(arguments.only, cases)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (arguments.list || arguments.rules) {
    tell(arguments, cases);
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a host that ends does not end this
  const Counts counts = play(cases, arguments);
  std::printf("%zu passed, %zu failed", cases.size() - counts.failed - counts.left_out, counts.failed);
  if (counts.left_out > 0) std::printf(", %zu skipped", counts.left_out);
  std::printf("\n");
  return counts.failed == 0 ? 0 : 1;
}
