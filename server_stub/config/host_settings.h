// SPDX-License-Identifier: GPL-3.0-or-later
// The host's settings, section by section: each is a row with the member that it is read into. [setup] only;
// reading them reads the files that they name.
#pragma once

#include "config/config.h"
#include "settings/setting.h"

namespace restanza::host {

class TomlReader;

template <class S>
using Settings = settings::Settings<TomlReader, S>;

const Settings<HostConfig>& top_settings();
const Settings<HostConfig>& log_settings();
const Settings<FrontSettings>& http_settings();
const Settings<HostConfig>& xmpp_mode();  // which of the two below hold
const Settings<HostConfig>& local_settings();
const Settings<HostConfig>& component_settings();
// What an entry has in every mode. It begins as one with the host's own state_dir and the secret of [xmpp].
const Settings<PluginConfig>& plugin_settings();
const Settings<PluginConfig>& plugin_secret();  // beside it in component mode

// All of them, in the order of the file.
std::vector<settings::Section> host_settings_reference();

// The keys, behind `before`, of settings that differ and need a restart.
template <class S>
void add_restart_keys(const Settings<S>& all, const S& running, const S& read, const std::string& before,
                      std::vector<std::string>& keys) {
  for (const auto& setting : all) {
    if (!setting.row.live && !setting.same(running, read)) keys.push_back(before + setting.row.key);
  }
}

}  // namespace restanza::host
