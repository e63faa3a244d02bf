// SPDX-License-Identifier: MIT
// A program for the build and the tests: prints the plugin's settings from their rows, as the tables of
// plugin/doc/settings.md, or as C++ source that holds the text for a terminal (`--source`). So the host can
// show them without knowing the plugin's code.
#include <cstdio>
#include <string>

#include "app_settings.h"

int main(int argc, char** argv) {
  const bool source = argc > 1 && std::string(argv[1]) == "--source";
  std::string out = source ? "R\"rows(" : "";
  for (const auto& section : restanza::settings_reference()) {
    out += source ? restanza::settings::as_text(section) : restanza::settings::as_markdown(section);
    out += "\n";
  }
  if (source) out += ")rows\"\n";
  std::fputs(out.c_str(), stdout);
  return 0;
}
