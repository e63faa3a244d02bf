// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/reload_plan.h"

#include <algorithm>

#include "modes/link_mode.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

bool same(const std::vector<ListenAddress>& a, const std::vector<ListenAddress>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.host == other.host && one.port == other.port && one.path == other.path;
  });
}

void compare_http(const FrontSettings& running, const FrontSettings& read, ReloadPlan& plan) {
  const auto note = [&plan](bool is_same, const char* key) {
    if (!is_same) plan.restart.emplace_back(key);
  };
  note(same(running.listen, read.listen), "http.listen");
  note((running.tls == nullptr) == (read.tls == nullptr), "http.certificate");
  note(running.trusted_proxies == read.trusted_proxies, "http.trusted_proxies");
  note(running.max_connections == read.max_connections, "http.max_connections");
  note(running.max_header_bytes == read.max_header_bytes, "http.max_header_bytes");
  note(running.max_request_memory == read.max_request_memory, "http.max_request_memory");
  note(running.request_time == read.request_time, "http.request_time");
  note(running.idle_time == read.idle_time, "http.idle_time");
  plan.new_certificate = running.tls && read.tls && !running.tls->same_as(*read.tls);
}

const PluginConfig* find(const std::vector<PluginConfig>& plugins, const PluginConfig& like) {
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const PluginConfig& each) {
    return each.domain == like.domain && each.load == like.load;
  });
  return found == plugins.end() ? nullptr : &*found;
}

void compare_host(const HostConfig& running, const HostConfig& read, ReloadPlan& plan) {
  const auto note = [&plan](bool is_same, const char* key) {
    if (!is_same) plan.restart.emplace_back(key);
  };
  compare_http(running.http, read.http, plan);
  plan.possible = running.mode == read.mode;
  note(plan.possible, "xmpp.mode");
  if (plan.possible) link_mode(running.mode).compare(running, read, note);
}

// What a plugin's surroundings are made of; its settings are not among it.
void compare_places(const PluginConfig& running, const PluginConfig& read, ReloadPlan& plan) {
  const auto note = [&](const std::string& a, const std::string& b, const char* key) {
    if (a != b) plan.restart.push_back(std::string(key) + " of the plugin at " + running.domain);
  };
  note(running.prefix, read.prefix, "prefix");
  note(running.http_host, read.http_host, "http_host");
  note(running.state_dir, read.state_dir, "state_dir");
  note(running.secret, read.secret, "secret");
}

}  // namespace

ReloadPlan plan_reload(const HostConfig& running, const HostConfig& read) {
  ReloadPlan plan;
  compare_host(running, read, plan);
  if (!plan.possible) return plan;
  std::vector<const PluginConfig*> leaving;
  for (const PluginConfig& old : running.plugins) {
    const PluginConfig* now = find(read.plugins, old);
    if (!now) {
      leaving.push_back(&old);
      plan.removed.push_back(old.domain);
      continue;
    }
    compare_places(old, *now, plan);
    if (old.settings_json != now->settings_json) plan.changed.push_back(*now);
  }
  for (const PluginConfig& now : read.plugins) {
    if (find(running.plugins, now)) continue;
    const bool succeeds = std::any_of(leaving.begin(), leaving.end(), [&](const PluginConfig* old) {
      return old->domain == now.domain || (!now.state_dir.empty() && old->state_dir == now.state_dir);
    });
    (succeeds ? plan.successors : plan.added).push_back(now);
  }
  return plan;
}

}  // namespace restanza::host
