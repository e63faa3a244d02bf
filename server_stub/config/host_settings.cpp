// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/host_settings.h"

#include <algorithm>
#include <utility>

#include "base/credential.h"
#include "config/reading.h"
#include "xmpp/jid.h"

namespace restanza::host {
namespace {

using Row = settings::Setting<TomlReader, HostConfig>;

constexpr std::pair<const char*, Level> kLevels[] = {
    {"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn}, {"error", Level::error}};

void read_level(TomlReader& reader, const char* key, HostConfig& config) {
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    for (const auto& [name, level] : kLevels) {
      if (text == name) {
        config.log_level = level;
        return {};
      }
    }
    return Error{"must be debug, info, warn or error, and is '" + text + "'"};
  });
}

std::string listed(const KnownModes& modes) {
  std::string names;
  for (size_t i = 0; i < modes.size(); ++i)
    names += (i == 0 ? "" : i + 1 == modes.size() ? " or " : ", ") + std::string(modes[i]->name);
  return names;
}

void read_mode(TomlReader& reader, const char* key, const KnownModes& modes, HostConfig& config) {
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    const bool known =
        std::any_of(modes.begin(), modes.end(), [&](const ModeSettings* mode) { return text == mode->name; });
    if (!known) return Error{"must be " + listed(modes) + ", and is '" + text + "'"};
    config.mode = text;
    return {};
  });
}

}  // namespace

void read_address(TomlReader& reader, const char* key, const char* example, HostPort& into) {
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    auto address = parse_address(text, example);
    if (!address) return address.error();
    into = std::move(*address);
    return {};
  });
}

Result<void> read_domain(const std::string& text, std::string& into) {
  const auto jid = xmpp::Jid::parse(text);
  if (!jid || !jid->node.empty() || !jid->resource.empty())
    return Error{"must be a domain, and is '" + text + "'"};
  into = jid->domain;
  return {};
}

void read_secret_file(TomlReader& reader, const char* key, std::string& secret) {
  reader.parsed(key, [&](const std::string& file) -> Result<void> {
    auto content = read_secret(file);
    if (!content) return content.error();
    secret = std::move(*content);
    return {};
  });
}

const char* name_of(Level level) {
  for (const auto& [name, each] : kLevels) {
    if (each == level) return name;
  }
  return "error";
}

const Settings<HostConfig>& top_settings() {
  static const Settings<HostConfig> all = {
      Row::text("state_dir", &HostConfig::state_dir, "where the journals and the generated secrets lie")
          .default_is("`$STATE_DIRECTORY`, else `$XDG_STATE_HOME/restanza`, else `~/.local/state/restanza`")
          .restart()};
  return all;
}

const Settings<HostConfig>& log_settings() {
  static const Settings<HostConfig> all = {
      Row::custom("level", "text", settings::shown(std::string(name_of(HostConfig{}.log_level))),
                  "`debug`, `info`, `warn` or `error`", read_level)};
  return all;
}

Settings<HostConfig> xmpp_mode(const KnownModes& modes) {
  std::string sentence;
  for (const ModeSettings* mode : modes)
    sentence += (sentence.empty() ? "`" : "; `") + std::string(mode->name) + "`: " + mode->sentence;
  return {Row::custom("mode", "text", settings::shown(HostConfig{}.mode), sentence.c_str(),
                      [modes](TomlReader& reader, const char* key, HostConfig& config) {
                        read_mode(reader, key, modes, config);
                      })
              .compared(&HostConfig::mode)
              .restart()};
}

std::vector<settings::Section> host_settings_reference(const KnownModes& modes) {
  using settings::rows_of;
  settings::Section xmpp{"[xmpp]", rows_of(xmpp_mode(modes))};
  settings::Section plugin{"[[plugin]]", rows_of(plugin_settings())};
  const auto add = [](settings::Section& to, const std::vector<settings::Row>& rows) {
    to.rows.insert(to.rows.end(), rows.begin(), rows.end());
  };
  for (const ModeSettings* mode : modes) {
    add(xmpp, rows_of(mode->xmpp()));
    add(plugin, rows_of(mode->plugin()));
  }
  return {{"Top level", rows_of(top_settings())},
          {"[log]", rows_of(log_settings())},
          {"[http]", rows_of(http_settings())},
          std::move(xmpp),
          std::move(plugin)};
}

}  // namespace restanza::host
