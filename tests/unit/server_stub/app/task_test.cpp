// SPDX-License-Identifier: MIT
// What plugins tell of their state directories; each is a library of its own, really loaded and unloaded.
#include "app/task.h"

#include <vector>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;

namespace {

using Told = std::vector<std::string>;

Result<Told> told(const std::string& library, const std::string& directory) {
  PluginConfig plugin;
  plugin.load = library;
  plugin.state_dir = directory;
  Told lines;
  const auto reported =
      do_task(plugin, {"deliveries"}, [&lines](const std::string& line) { lines.push_back(line); });
  if (!reported) return reported.error();
  return lines;
}

}  // namespace

TEST_CASE("a plugin's report is about its directory, and safe to show") {
  CHECK(*told(REPORT_PLUGIN, "/var/lib/x") == Told{"/var/lib/x", "a ?[31mred?[0m?line"});
}

TEST_CASE("a plugin without a report, and one that has nothing to tell, are named as such") {
  CHECK(*told(LIFE_PLUGIN, "/var/lib/x") == Told{"nothing to show"});
  CHECK(*told(REPORT_PLUGIN, "") == Told{"nothing to show"});
}

TEST_CASE("a report that fails says why, and so does a library that is not there") {
  const auto broken = told(REPORT_PLUGIN, "/broken");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().text.find("as told") != std::string::npos);
  const auto missing = told("no-such-plugin", "/var/lib/x");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.find("no-such-plugin") != std::string::npos);
}
