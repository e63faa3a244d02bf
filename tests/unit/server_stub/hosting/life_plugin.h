// SPDX-License-Identifier: MIT
// Configurations with the plugin that tells each step of its life, for the tests of the host that loads it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "modes/local_mode.h"

namespace restanza::host {

inline PluginConfig plugin(const std::string& domain, const std::string& settings = "{}") {
  PluginConfig config;
  config.load = LIFE_PLUGIN;
  config.domain = config.http_host = domain;
  config.settings_json = settings;
  config.source.file = "file";
  config.source.line = 7;
  return config;
}

inline HostConfig local(std::vector<PluginConfig> plugins) {
  HostConfig config;
  config.http.listen[0].port = 0;
  own_settings<LocalMode>(config.of_mode).port = 0;
  config.plugins = std::move(plugins);
  return config;
}

}  // namespace restanza::host
