// SPDX-License-Identifier: GPL-3.0-or-later
// What a configuration that was read again changes in a running host. Pure.
//
// An entry is the same one as before where its domain and its load are the same: a domain stands in one entry
// only, and another library at it is another plugin, which takes over once the old one is gone. So the order
// of the entries, and what else stands in them, does not matter for which entry is which. Entries that are
// added stand behind those that serve already, which matters where several share a prefix.
//
// What can change does, whatever else in the file cannot: a token that was taken out must not go on for the
// sake of a port that needs a restart. In another mode entries neither come nor go before the restart, for
// they are written for that mode; those that stay get their settings.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace restanza::host {

struct ReloadPlan {
  std::vector<PluginConfig> changed;     // new settings for who runs already
  std::vector<PluginConfig> unchanged;   // who runs already and has these settings
  std::vector<PluginConfig> added;       // to load beside what runs
  std::vector<PluginConfig> successors;  // to load when those are gone whose domain or directory they get
  std::vector<std::string> removed;      // domains
  std::vector<std::string> restart;      // what changed and is looked at in a start only
  bool new_certificate = false;          // for connections to come
};

ReloadPlan plan_reload(const HostConfig& running, const HostConfig& read);

}  // namespace restanza::host
