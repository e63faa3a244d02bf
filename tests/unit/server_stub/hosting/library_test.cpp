// SPDX-License-Identifier: MIT
#include "hosting/library.h"

#include <filesystem>

#include "support/catch.h"
#include "support/directory.h"

using namespace restanza;
using namespace restanza::host;

TEST_CASE("a plugin's library exports its entry alone, and leaves no threads") {
  const auto library = Library::open(LIFE_PLUGIN, {});
  REQUIRE(library);
  CHECK((*library)->descriptor().id == std::string("life"));
  CHECK((*library)->extra_symbols().empty());
  CHECK((*library)->threads_left().own == 0);
  CHECK_FALSE((*library)->threads_left().others);
}

TEST_CASE("a library that exports more is told by the symbols' names") {
  const auto library = Library::open(REPORT_PLUGIN, {});
  REQUIRE(library);
  CHECK((*library)->extra_symbols() == std::vector<std::string>{"report_plugin_extra"});
}

TEST_CASE("a newer file is loaded by the name of one that has to stay") {
  const Directory directory;
  const std::string path = directory.path() + "/plugin.so";
  std::filesystem::copy_file(LIFE_PLUGIN, path);
  auto older = Library::open(path, {});
  REQUIRE(older);
  (*older)->leak();
  older->reset();
  std::filesystem::copy_file(REPORT_PLUGIN, path + ".new");
  std::filesystem::rename(path + ".new", path);
  const auto newer = Library::open(path, {});
  REQUIRE(newer);
  CHECK((*newer)->descriptor().id == std::string("report"));
  CHECK((*newer)->path() == path);
}

TEST_CASE("a library that is not there, or is none, is named") {
  const auto missing = Library::open("no-such-plugin", {"/no/where"});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.find("there is no plugin 'no-such-plugin' in /no/where") == 0);
  const auto text = Library::open("/etc/passwd", {});
  REQUIRE_FALSE(text);
  CHECK(text.error().text.find("the plugin '/etc/passwd' cannot be loaded: ") == 0);
}
