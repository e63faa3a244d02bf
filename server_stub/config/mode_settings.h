// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of one mode of [xmpp]. load_config is given a row for each mode that there is, and knows none
// by itself. [setup] only; the rows live as long as the program.
#pragma once

#include <vector>

#include "settings/setting.h"

namespace restanza::host {

struct HostConfig;
struct PluginConfig;
class TomlReader;

template <class S>
using Settings = settings::Settings<TomlReader, S>;

struct ModeSettings {
  const char* name;      // as 'xmpp.mode' has it
  const char* sentence;  // what it is, for the reference
  // Its keys of [xmpp]; and those of a plugin's entry, beside the ones of every mode.
  const Settings<HostConfig>& (*xmpp)();
  const Settings<PluginConfig>& (*plugin)();
  // What it demands of an entry that has been read.
  void (*check_plugin)(TomlReader& entry, const HostConfig& config, const PluginConfig& plugin);
};

using KnownModes = std::vector<const ModeSettings*>;

}  // namespace restanza::host
