// SPDX-License-Identifier: MIT
#include "hosting/drains.h"

#include "support/catch.h"
#include "support/lines.h"

using namespace restanza;
using namespace restanza::host;

TEST_CASE("a drain is done when it was said, a second time is the plugin's bug, and after the end nothing") {
  Lines lines;
  int times = 0;
  void* const drain = Drains::all().open([&] { ++times; }, lines);
  CHECK_FALSE(Drains::all().done(drain));
  Drains::on_done(drain);
  CHECK(Drains::all().done(drain));
  CHECK(times == 1);
  CHECK(lines.of(Level::plugin_bug).empty());
  Drains::on_done(drain);
  CHECK(times == 1);
  CHECK(lines.of(Level::plugin_bug) == "the drain was said to be done twice\n");
  Drains::all().close(drain);
  Drains::on_done(drain);
  Drains::on_done(nullptr);
  CHECK(times == 1);
  CHECK_FALSE(Drains::all().done(drain));
}

TEST_CASE("each drain hears its own word only") {
  Lines lines;
  std::string said;
  void* const first = Drains::all().open([&] { said += "first "; }, lines);
  void* const second = Drains::all().open([&] { said += "second "; }, lines);
  Drains::on_done(second);
  CHECK(said == "second ");
  CHECK_FALSE(Drains::all().done(first));
  Drains::all().close(first);
  Drains::all().close(second);
}
