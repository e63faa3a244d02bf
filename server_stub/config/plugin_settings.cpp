// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/str.h"
#include "config/host_settings.h"
#include "config/reading.h"
#include "config/toml_settings.h"

namespace restanza::host {
namespace {

// A request's path is compared as it was sent: what would be escaped there, or end it, could never match.
constexpr const char* kPrefixCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/";

void read_prefix(TomlReader& reader, const char* key, PluginConfig& plugin) {
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    if (text[0] != '/' || text.back() == '/')
      return Error{"must begin with '/' and not end in it, and is '" + text + "'"};
    if (text.find_first_not_of(kPrefixCharacters) != std::string::npos)
      return Error{"may hold letters, digits and -._~!$&'()*+,;=:@/ only, and is '" + text + "'"};
    plugin.prefix = text;
    return {};
  });
}

void read_http_host(TomlReader& reader, const char* key, PluginConfig& plugin) {
  plugin.http_host = plugin.domain;
  reader.text(key, plugin.http_host);
  plugin.http_host = ascii_lower(plugin.http_host);
}

void read_state_dir(TomlReader& reader, const char* key, PluginConfig& plugin) {
  if (!plugin.state_dir.empty()) plugin.state_dir += "/" + plugin.domain;
  reader.text(key, plugin.state_dir);
}

void read_settings(TomlReader& reader, const char* key, PluginConfig& plugin) {
  plugin.settings_json = "{}";
  plugin.source.file = reader.file();
  plugin.source.line = reader.line();
  if (const auto* settings = reader.table(key)) {
    plugin.settings_json = to_json(*settings);
    plugin.source = source_of(*settings, reader.file());
  }
}

using PluginRow = settings::Setting<TomlReader, PluginConfig>;

}  // namespace

const Settings<PluginConfig>& plugin_settings() {
  static const Settings<PluginConfig> all = {
      PluginRow::text("load", &PluginConfig::load,
                      "a name in `RESTANZA_PLUGIN_PATH` or the plugin directory, or a path"),
      PluginRow::custom("domain", "text", "required",
                        "whose stanzas the plugin gets; in component mode the component's own domain",
                        [](TomlReader& reader, const char* key, PluginConfig& plugin) {
                          reader.parsed(
                              key, [&](const std::string& text) { return read_domain(text, plugin.domain); });
                        }),
      PluginRow::custom("prefix", "text", settings::shown(PluginConfig{}.prefix),
                        "of its paths, as it stands in URLs", read_prefix)
          .compared(&PluginConfig::prefix)
          .restart(),
      PluginRow::custom("http_host", "text", "the domain",
                        "the Host header that chooses this plugin where several share a prefix",
                        read_http_host)
          .compared(&PluginConfig::http_host)
          .restart(),
      PluginRow::custom("state_dir", "text", "the host's, and the domain below it", "where its journal lies",
                        read_state_dir)
          .compared(&PluginConfig::state_dir)
          .restart(),
      PluginRow::custom("settings", "table", "none", "the plugin's own", read_settings),
  };
  return all;
}

}  // namespace restanza::host
