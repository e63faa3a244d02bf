// SPDX-License-Identifier: MIT
// What a plugin's library does without an instance, asked for as any host of ours asks.
#include <stdexcept>

#include "hosting/library.h"
#include "hosting/services/report.h"
#include "hosting/services/tasks.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct Asked {
  explicit Asked(const std::string& path) : library(std::move(*Library::open(path, {}))) {}

  std::string task(const std::string& name, const std::vector<std::string>& words = {}) {
    return came(run_task(library->descriptor(), {name, words, "rest.localhost", "", "{}"}, line));
  }
  std::string report(const std::string& directory) {
    return came(run_report(library->descriptor(), directory, line));
  }
  std::string came(const Result<bool>& done) const {
    if (!done) return "error: " + done.error().text;
    return *done ? lines : "unknown";
  }

  const std::unique_ptr<Library> library;
  std::string lines;
  size_t heard = 0;
  OnLine line = [this](const std::string& text) {
    ++heard;
    lines += "[" + text + "]";
  };
};

}  // namespace

TEST_CASE("a task is given all of its plugin and its words, and what it tells comes as it wrote it") {
  CHECK(Asked(REPORT_PLUGIN).task("repeat", {"a\nb", ""}) == "[rest.localhost][no directory][{}][a\nb][]");
  CHECK(Asked(REPORT_PLUGIN).task("repeat") == "[rest.localhost][no directory][{}]");
  CHECK(Asked(REPORT_PLUGIN).report("/var/lib/x") == "[/var/lib/x][a \033[31mred\033[0m\nline]");
}

TEST_CASE("what fails says why, and what a plugin has not is no failure") {
  CHECK(Asked(REPORT_PLUGIN).task("fail") == "error: as asked");
  CHECK(Asked(REPORT_PLUGIN).report("/broken") == "error: as told");
  CHECK(Asked(REPORT_PLUGIN).task("migrate") == "unknown");
  CHECK(Asked(LIFE_PLUGIN).task("migrate") == "unknown");
  CHECK(Asked(LIFE_PLUGIN).report("/var/lib/x") == "unknown");
}

TEST_CASE("whoever hears the lines may throw, and nothing of it gets into the plugin") {
  Asked asked(REPORT_PLUGIN);
  asked.line = [&asked](const std::string&) {
    ++asked.heard;
    throw std::runtime_error("no more");
  };
  CHECK(asked.task("repeat") == "error: what it told could not be taken whole");
  CHECK(asked.heard == 1);
  CHECK(asked.report("/var/lib/x") == "error: what it told could not be taken whole");
  CHECK(asked.heard == 2);
}
