// SPDX-License-Identifier: MIT
// xp_check: checks a plugin against plugin/include/xp.h, as a host that is no friend. Each case runs in a
// process of its own; a line for each and a summary go to standard output, and the exit code is 0 where all
// passed.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cases/cases.h"
#include "chosen_cases.h"
#include "runner.h"

namespace {

using namespace restanza::check;

constexpr const char* kUsage =
    "usage: xp_check PLUGIN.so [--settings JSON] [--only NAME]... [--timeout SECONDS]\n"
    "       xp_check --list\n"
    "\n"
    "The settings should let the plugin do all it can; @URL@ in them stands for a web server that answers "
    "or\n"
    "does not, as the case wants. The account alice with the password wonder exists.\n";

struct Arguments {
  std::string plugin;
  std::string settings = "{}";
  std::vector<std::string> only;
  std::chrono::seconds limit{60};
  bool list = false;
};

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool takes_value = argument == "--settings" || argument == "--only" || argument == "--timeout";
    if (takes_value && i + 1 == argc) return false;
    if (argument == "--settings") {
      out.settings = argv[++i];
    } else if (argument == "--only") {
      out.only.emplace_back(argv[++i]);
    } else if (argument == "--timeout") {
      out.limit = std::chrono::seconds(std::atoi(argv[++i]));
    } else if (argument == "--list") {
      out.list = true;
    } else if (argument.compare(0, 2, "--") == 0 || !out.plugin.empty()) {
      return false;
    } else {
      out.plugin = argument;
    }
  }
  return (out.list || !out.plugin.empty()) && out.limit.count() > 0;
}

std::vector<Case> all_cases() {
  return restanza::joined<Case>({descriptor_cases(), life_cases(), settings_cases(), host_cases(),
                                 request_cases(), stanza_cases(), pressure_cases(), password_cases(),
                                 thread_cases(), trace_cases()});
}

std::string run_case(const Case& each, const Arguments& arguments) {
  std::string directory = (std::filesystem::temp_directory_path() / "xp_check-XXXXXX").string();
  if (!mkdtemp(directory.data())) return "there is no directory for it";
  const Subject subject{arguments.plugin, arguments.settings, directory};
  const std::string why = run_apart([&] { each.run(subject); }, arguments.limit);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return why;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  std::vector<Case> cases = all_cases();
  if (!parse(argc, argv, arguments) || !restanza::choose(arguments.only, cases)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (arguments.list) {
    for (const Case& each : cases) std::printf("%-26s %s\n", each.name, each.shows);
    return 0;
  }
  size_t failed = 0;
  for (const Case& each : cases) {
    const std::string why = run_case(each, arguments);
    if (why.empty()) {
      std::printf("ok %s\n", each.name);
    } else {
      std::printf("FAIL %s: %s\n", each.name, why.c_str());
      ++failed;
    }
    std::fflush(stdout);
  }
  std::printf("%zu passed, %zu failed\n", cases.size() - failed, failed);
  return failed == 0 ? 0 : 1;
}
