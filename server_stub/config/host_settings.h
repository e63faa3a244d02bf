// SPDX-License-Identifier: GPL-3.0-or-later
// The host's settings, section by section: each is a row with the member that it is read into. [setup] only;
// reading them reads the files that they name.
#pragma once

#include "config/config.h"
#include "config/mode_settings.h"
#include "settings/setting.h"

namespace restanza::host {

const Settings<HostConfig>& top_settings();
const Settings<HostConfig>& log_settings();
const Settings<FrontSettings>& http_settings();
Settings<HostConfig> xmpp_mode(const KnownModes& modes);  // which of them it is
// What an entry has in every mode. It begins as one with the host's own state_dir.
const Settings<PluginConfig>& plugin_settings();

// All of them and those of the modes, in the order of the file.
std::vector<settings::Section> host_settings_reference(const KnownModes& modes);

}  // namespace restanza::host
