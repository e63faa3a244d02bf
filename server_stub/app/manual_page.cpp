// SPDX-License-Identifier: GPL-3.0-or-later
// A program for the build: prints the manual page that it is given, with the lists of the host's settings in
// their places. The plugin's own lists are put there before, by the plugin's program.
#include <cstdio>

#include "base/file.h"
#include "config/host_settings.h"
#include "modes/link_mode.h"
#include "settings/manual.h"

namespace {

using namespace restanza;

Result<std::string> filled(const std::string& file) {
  auto page = read_file(file);
  if (!page) return Error{"'" + file + "' cannot be read"};
  auto whole = settings::with_lists(std::move(*page), host::host_settings_reference(host::known_modes()));
  if (whole && whole->find(settings::kListLine) != std::string::npos)
    return Error{"'" + file + "' names a list of settings that neither the host nor the plugin has"};
  return whole;
}

}  // namespace

int main(int argc, char** argv) {
  const auto page = filled(argc > 1 ? argv[1] : "");
  if (!page) {
    std::fprintf(stderr, "manual-page: %s\n", page.error().text.c_str());
    return 1;
  }
  std::fputs(page->c_str(), stdout);
  return 0;
}
