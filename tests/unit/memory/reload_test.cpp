// SPDX-License-Identifier: MIT
// Memory is short once while the endpoints change, at each allocation in turn: all of them change, or none
// does and it is said. Then the change is made, and each endpoint of it delivers.
#include <algorithm>

#include "support/catch.h"
#include "unit/memory/scarce_world.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

struct Noting {
  Collected<std::string> asked;
  MemoryEndpoint http{MemoryEndpoint::each_request([this](const std::string& request) {
    const Spared endpoints;
    asked.add(attribute(request, "id"));
    return response(204);
  })};
  bool has(const std::string& id) {
    const auto all = asked.now();
    return std::count(all.begin(), all.end(), id) == 1;
  }
};

struct ScarceReload {
  Spared spared;  // the test
  Noting first, corrected, gone, late;
  Running r{first.http, Running::By::hand};
  std::vector<Settings> before, after;

  ScarceReload() {
    for (Noting* endpoint : {&corrected, &gone, &late}) r.know(endpoint->http);
    r.add("gone", gone.http);
    before = after = r.settings;
    after[0].url = corrected.http.url();
    after[1].name = "late";
    after[1].url = late.http.url();
    r.start();
  }

  // Where this throws, the plugin's border says it.
  bool reload(const std::vector<Settings>& settings) {
    try {
      const NotSpared plugins;
      return bool(r.dispatcher->reconfigure(settings));
    } catch (const std::bad_alloc&) {
      return false;
    }
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& one : r.dispatcher->report()) all.push_back(one.name);
    return all;
  }
  template <class Happened>
  bool pass_time(Happened happened) {
    return pass_time_until(r, happened);
  }
  void get_there(const std::string& id, Noting& one, Noting& other) {
    r.give(message(user(1), id));
    REQUIRE(pass_time([&] { return one.has(id) && other.has(id); }));
    REQUIRE(pass_time([&] { return r.kept().empty(); }));
  }
};

}  // namespace

TEST_CASE("at each allocation of a change of endpoints memory may be short once") {
  ScarceReload s;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    const bool changed = s.reload(s.after);
    const bool quiet = s.pass_time([&] { return s.r.journal->waiting() == 0; });
    const bool failed = ScarceMemory::end();
    CAPTURE(s.r.log.lines.now());
    REQUIRE(quiet);
    CHECK(s.names() == std::vector<std::string>{"default", changed ? "late" : "gone"});
    REQUIRE(s.reload(s.after));
    s.get_there("new" + std::to_string(n), s.corrected, s.late);
    REQUIRE(s.reload(s.before));
    s.get_there("old" + std::to_string(n), s.first, s.gone);
    if (!failed) break;
  }
}
