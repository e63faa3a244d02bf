// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/reload_plan.h"

#include <algorithm>

#include "config/host_settings.h"
#include "modes/link_mode.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

const PluginConfig* find(const std::vector<PluginConfig>& plugins, const PluginConfig& like) {
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const PluginConfig& each) {
    return each.domain == like.domain && each.load == like.load;
  });
  return found == plugins.end() ? nullptr : &*found;
}

void compare_host(const HostConfig& running, const HostConfig& read, ReloadPlan& plan) {
  add_restart_keys(http_settings(), running.http, read.http, "http.", plan.restart);
  const auto &old_tls = running.http.tls, &new_tls = read.http.tls;
  plan.new_certificate = old_tls && new_tls && !old_tls->same_as(*new_tls);
  add_restart_keys(xmpp_mode(known_modes()), running, read, "xmpp.", plan.restart);
  if (running.mode != read.mode) return;
  add_restart_keys(link_mode(running.mode).settings.xmpp(), running, read, "xmpp.", plan.restart);
}

// What a plugin's surroundings are made of; its settings are not among it.
void compare_places(const ModeSettings& mode, const PluginConfig& running, const PluginConfig& read,
                    ReloadPlan& plan) {
  std::vector<std::string> keys;
  add_restart_keys(plugin_settings(), running, read, "", keys);
  add_restart_keys(mode.plugin(), running, read, "", keys);
  for (const std::string& key : keys) plan.restart.push_back(key + " of the plugin at " + running.domain);
}

std::string entry_of(const PluginConfig& plugin) {
  return "the plugin at " + plugin.domain;
}

}  // namespace

ReloadPlan plan_reload(const HostConfig& running, const HostConfig& read) {
  ReloadPlan plan;
  compare_host(running, read, plan);
  const bool same_mode = running.mode == read.mode;
  std::vector<const PluginConfig*> leaving;
  for (const PluginConfig& old : running.plugins) {
    const PluginConfig* now = find(read.plugins, old);
    if (now) {
      if (same_mode) compare_places(link_mode(running.mode).settings, old, *now, plan);
      (old.settings_json == now->settings_json ? plan.unchanged : plan.changed).push_back(*now);
    } else if (same_mode) {
      leaving.push_back(&old);
      plan.removed.push_back(old.domain);
    } else {
      plan.restart.push_back(entry_of(old));
    }
  }
  for (const PluginConfig& now : read.plugins) {
    if (find(running.plugins, now)) continue;
    if (!same_mode) {
      plan.restart.push_back(entry_of(now));
      continue;
    }
    const bool succeeds = std::any_of(leaving.begin(), leaving.end(), [&](const PluginConfig* old) {
      return old->domain == now.domain || (!now.state_dir.empty() && old->state_dir == now.state_dir);
    });
    (succeeds ? plan.successors : plan.added).push_back(now);
  }
  return plan;
}

}  // namespace restanza::host
