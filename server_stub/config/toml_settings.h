// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin's settings, out of TOML: the JSON that goes to the plugin, and where each key was written. Pure.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "config/settings_source.h"

namespace restanza::host {

std::string to_json(const toml::table& settings);
SettingsSource source_of(const toml::table& settings, const std::string& file);

}  // namespace restanza::host
