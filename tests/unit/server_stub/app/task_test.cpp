// SPDX-License-Identifier: MIT
// What plugins do without an instance, and tell of their state directories; each is a library of its own,
// really loaded and unloaded.
#include "app/task.h"

#include <vector>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;

namespace {

using Told = std::vector<std::string>;

Result<Told> done(const std::string& library, const std::string& directory, const TaskWords& task) {
  PluginConfig plugin;
  plugin.load = library;
  plugin.domain = "rest.localhost";
  plugin.state_dir = directory;
  plugin.settings_json = R"({"loud": true})";
  Told lines;
  const auto did = do_task(plugin, task, [&lines](const std::string& line) { lines.push_back(line); });
  if (!did) return did.error();
  return lines;
}

Result<Told> told(const std::string& library, const std::string& directory) {
  return done(library, directory, {"deliveries"});
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

TEST_CASE("a task gets its words, and the domain, the directory and the settings of the plugin") {
  CHECK(*done(REPORT_PLUGIN, "/var/lib/x", {"repeat", {"one", "a\nb"}}) ==
        Told{"rest.localhost", "/var/lib/x", R"({"loud": true})", "one", "a?b"});
  CHECK(*done(REPORT_PLUGIN, "", {"repeat"}) == Told{"rest.localhost", "no directory", R"({"loud": true})"});
}

TEST_CASE("a task that fails says why, and one that the plugin does not know names the remedy") {
  const auto failed = done(REPORT_PLUGIN, "", {"fail"});
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().text, Contains("could not do 'fail': as asked"));
  for (const char* library : {REPORT_PLUGIN, LIFE_PLUGIN}) {
    const auto unknown = done(library, "", {"migrate"});
    REQUIRE_FALSE(unknown);
    CHECK_THAT(unknown.error().text, Contains("cannot do 'migrate': take a later one"));
  }
}
