// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings_list.h"

#include "config/host_settings.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

// Made by the build from the plugin's rows: the host knows no code of the plugin.
constexpr const char* kPluginSettings =
#include "plugin_settings.inc"
    ;

}  // namespace

std::string settings_list() {
  std::string out =
      "The configuration of restanza-host, in the file that --config names. What is\n"
      "marked 'restart' needs one for a new value; the rest changes with SIGHUP.\n\n";
  for (const settings::Section& section : host_settings_reference(known_modes()))
    out += as_text(section) + "\n";
  return out + "The settings of the plugin restanza, below [plugin.settings] in that file.\n\n" +
         kPluginSettings;
}

}  // namespace restanza::host
