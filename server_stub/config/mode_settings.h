// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of one mode of [xmpp]. load_config is given a row for each mode that there is, and knows none
// by itself: what a mode reads goes into a struct of its own, which the configuration carries without knowing
// it. [setup] only; the rows live as long as the program.
#pragma once

#include <any>
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
  // What it adds to an entry that has been read, and what it demands of it.
  void (*check_plugin)(TomlReader& entry, const HostConfig& config, PluginConfig& plugin);
};

using KnownModes = std::vector<const ModeSettings*>;

// A mode's own struct in what a configuration carries for it. Where nothing was read it is as a new one.
template <class S>
const S& own_settings(const std::any& carried) {
  static const S fresh;
  const S* const own = std::any_cast<S>(&carried);
  return own ? *own : fresh;
}
template <class S>
S& own_settings(std::any& carried) {
  S* const own = std::any_cast<S>(&carried);
  return own ? *own : carried.emplace<S>();
}

// The rows of a mode's own struct as rows of the configuration that carries it.
template <class Config, class S>
Settings<Config> carried_by(const Settings<S>& own) {
  Settings<Config> all;
  for (const auto& each : own) {
    all.push_back(each.template carried<Config>(
        [](const Config& config) -> const S& { return own_settings<S>(config.of_mode); },
        [](Config& config) -> S& { return own_settings<S>(config.of_mode); }));
  }
  return all;
}

}  // namespace restanza::host
