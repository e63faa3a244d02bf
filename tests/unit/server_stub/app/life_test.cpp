// SPDX-License-Identifier: MIT
// The order in which the host takes plugins through their lives, also where one of them fails on the way. The
// plugin is a library of its own, really loaded and unloaded.
#include "app/host.h"
#include "support/catch.h"
#include "support/lines.h"
#include "unit/server_stub/hosting/life_plugin.h"

using namespace restanza;
using namespace restanza::host;

namespace {

HostEvents silent() {
  return {[](const std::string&) {}, [](const std::string&) {}};
}

}  // namespace

TEST_CASE("a plugin is created, started, drained, destroyed, and what it leaves registered is released") {
  Lines lines;
  {
    const auto host = Host::make(local({plugin("a.localhost")}), lines, silent());
    REQUIRE(host);
    REQUIRE((*host)->start());
    (*host)->shut_down();
    CHECK_FALSE((*host)->abandoned());
  }
  CHECK(lines.of(Level::info) ==
        "life@a.localhost: create\nlife@a.localhost: start\nlife@a.localhost: drain\n"
        "life@a.localhost: destroy\nlife@a.localhost: release\n");
  CHECK(lines.of(Level::plugin_bug) == "life@a.localhost: routes or hooks that were never unregistered: 1\n");
}

TEST_CASE("a hook that a failed create leaves behind is released before its library is unloaded") {
  Lines lines;
  const auto host = Host::make(local({plugin("a.localhost", R"({"fail": "create"})")}), lines, silent());
  REQUIRE_FALSE(host);
  CHECK(host.error().text.find("failed to create: as told") != std::string::npos);
  CHECK(lines.of(Level::info) == "life@a.localhost: create\nlife@a.localhost: release\n");
}

TEST_CASE("where one plugin fails to start, one that has started is drained before it is destroyed") {
  Lines lines;
  {
    const auto host = Host::make(
        local({plugin("a.localhost"), plugin("b.localhost", R"({"fail": "start"})")}), lines, silent());
    REQUIRE(host);
    const auto started = (*host)->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().text.find("failed to start: as told") != std::string::npos);
  }
  CHECK(lines.of(Level::info) ==
        "life@a.localhost: create\nlife@b.localhost: create\nlife@a.localhost: start\n"
        "life@b.localhost: start\nlife@a.localhost: drain\nlife@a.localhost: destroy\n"
        "life@a.localhost: release\nlife@b.localhost: destroy\nlife@b.localhost: release\n");
}
