// SPDX-License-Identifier: MIT
// A program for the build and the tests: prints the plugin's settings from their rows. So the host can show
// them without knowing the plugin's code.
//   settings-page                the tables of plugin/doc/settings.md
//   settings-page --source       C++ source that holds the text for a terminal
//   settings-page --keys         rows for C++: each key at the top, and whether it is a list
//   settings-page --manual FILE  the manual page FILE with the lists in their places (settings/manual.h)
#include <cstdio>
#include <string>

#include "app_settings.h"
#include "base/file.h"
#include "settings/manual.h"

namespace {

using namespace restanza;

std::string tables() {
  std::string out;
  for (const auto& section : settings_reference()) out += settings::as_markdown(section) + "\n";
  return out;
}

std::string source() {
  std::string out = "R\"rows(";
  for (const auto& section : settings_reference()) out += settings::as_text(section) + "\n";
  return out + ")rows\"\n";
}

// The first section is the top.
std::string keys() {
  const auto sections = settings_reference();
  std::string out;
  for (const auto& row : sections.front().rows) {
    const bool list = row.type.rfind("list ", 0) == 0;
    out += "{\"" + row.key + "\", " + (list ? "true" : "false") + "},\n";
  }
  return out;
}

Result<std::string> manual(const std::string& file) {
  auto page = read_file(file);
  if (!page) return Error{"'" + file + "' cannot be read"};
  return settings::with_lists(std::move(*page), settings_reference());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string form = argc > 1 ? argv[1] : "";
  const auto out = form == "--manual" && argc > 2 ? manual(argv[2])
                   : form == "--source"           ? source()
                   : form == "--keys"             ? keys()
                                                  : Result<std::string>(tables());
  if (!out) {
    std::fprintf(stderr, "settings-page: %s\n", out.error().text.c_str());
    return 1;
  }
  std::fputs(out->c_str(), stdout);
  return 0;
}
