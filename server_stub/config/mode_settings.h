// SPDX-License-Identifier: GPL-3.0-or-later
// What one mode of [xmpp] reads of the configuration. load_config is given a row for each mode that there is,
// and knows none by itself. [setup] only; the rows live as long as the program.
#pragma once

#include <vector>

namespace restanza::host {

struct HostConfig;
struct PluginConfig;
class TomlReader;

struct ModeSettings {
  const char* name;  // as 'xmpp.mode' has it
  // The mode's keys of [xmpp].
  void (*read)(TomlReader& xmpp, HostConfig& config);
  // The mode's keys of a plugin's entry, and what it demands of the others, which have been read.
  void (*read_plugin)(TomlReader& entry, const HostConfig& config, PluginConfig& plugin);
};

using KnownModes = std::vector<const ModeSettings*>;

}  // namespace restanza::host
