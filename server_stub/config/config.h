// SPDX-License-Identifier: GPL-3.0-or-later
// The host's configuration: TOML in, checked values out. An error names the file, the line, the key, the
// value and the remedy. Nothing is started or created here. [setup] only.
#pragma once

#include <any>
#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "config/mode_settings.h"
#include "config/settings_source.h"
#include "http_front/settings.h"

namespace restanza::host {

struct HostPort {
  std::string host;  // "127.0.0.1", "::1", "server.example"
  uint16_t port = 0;
  bool loopback() const;
  bool operator==(const HostPort& other) const { return host == other.host && port == other.port; }
};

// "127.0.0.1:5280" or "[::1]:5280". An error shows `example`.
Result<HostPort> parse_address(const std::string& text, const char* example = "127.0.0.1:5280");
// Such an address, or "unix:/path/to/socket".
Result<ListenAddress> parse_listen_address(const std::string& text);

inline FrontSettings default_http() {
  FrontSettings http;
  http.listen = {{"127.0.0.1", 5280, ""}};
  return http;
}

struct PluginConfig {
  std::string load = "restanza";  // a name in the plugin directories, or a path
  std::string domain;             // prepared
  std::string prefix = "/rest";
  std::string http_host;      // by default the domain
  std::string state_dir;      // by default the host's, and the domain below it; empty: none
  std::string settings_json;  // one object
  SettingsSource source;      // of the settings
  std::any of_mode;           // what else its entry has in the mode of [xmpp] (own_settings)
};

struct HostConfig {
  std::string state_dir;  // empty: none
  Level log_level = Level::info;
  FrontSettings http = default_http();
  std::string mode = "local";  // [xmpp] mode
  std::any of_mode;            // what else [xmpp] has in that mode (own_settings)
  std::vector<PluginConfig> plugins;
};

// As in the file: "info".
const char* name_of(Level level);

Result<HostConfig> load_config(const std::string& file, const KnownModes& modes);

// $STATE_DIRECTORY, else $XDG_STATE_HOME/restanza, else ~/.local/state/restanza; empty where none of them is
// set.
std::string default_state_dir();

}  // namespace restanza::host
