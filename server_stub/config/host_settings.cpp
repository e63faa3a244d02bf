// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/host_settings.h"

#include <utility>

#include "base/credential.h"
#include "config/reading.h"
#include "xmpp/jid.h"

namespace restanza::host {
namespace {

using Row = settings::Setting<TomlReader, HostConfig>;

Result<void> read_address(const std::string& text, const char* example, HostPort& into) {
  auto address = parse_address(text, example);
  if (!address) return address.error();
  into = std::move(*address);
  return {};
}

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

void read_mode(TomlReader& reader, const char* key, HostConfig& config) {
  reader.parsed(key, [&](const std::string& mode) -> Result<void> {
    if (mode != "local" && mode != "component")
      return Error{"must be local or component, and is '" + mode + "'"};
    config.component = mode == "component";
    return {};
  });
}

void read_server(TomlReader& reader, const char* key, HostConfig& config) {
  reader.parsed(key,
                [&](const std::string& text) { return read_address(text, "127.0.0.1:5347", config.server); });
}

void read_c2s(TomlReader& reader, const char* key, HostConfig& config) {
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    if (auto read = read_address(text, "127.0.0.1:5222", config.c2s); !read) return read;
    if (config.c2s.loopback() && config.c2s.host != "localhost") return {};
    return Error{
        "must be a loopback address such as 127.0.0.1:5222, because the embedded server has no TLS, and is "
        "'" +
        text + "'"};
  });
}

void read_accounts(TomlReader& reader, const char* key, HostConfig& config) {
  reader.texts(key, config.accounts);
  config.accounts_place = reader.place(key);
}

Row::Same same_address(HostPort HostConfig::*at) {
  return [at](const HostConfig& a, const HostConfig& b) {
    return (a.*at).host == (b.*at).host && (a.*at).port == (b.*at).port;
  };
}

}  // namespace

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

const Settings<HostConfig>& xmpp_mode() {
  static const Settings<HostConfig> all = {
      Row::custom("mode", "text", "`\"local\"`",
                  "`local`: the embedded server; `component`: a component of a real server", read_mode)
          .compared(&HostConfig::component)
          .restart()};
  return all;
}

const Settings<HostConfig>& local_settings() {
  static const Settings<HostConfig> all = {
      Row::custom(
          "domain", "text", settings::shown(HostConfig{}.domain), "local: the domain that users log in to",
          [](TomlReader& reader, const char* key, HostConfig& config) {
            reader.parsed(key, [&](const std::string& text) { return read_domain(text, config.domain); });
          })
          .compared(&HostConfig::domain)
          .restart(),
      Row::custom("c2s", "text", "`\"127.0.0.1:5222\"`",
                  "local: where XMPP clients connect; loopback only, for the embedded server has no TLS",
                  read_c2s)
          .compared(same_address(&HostConfig::c2s))
          .restart(),
      Row::custom("accounts", "table of texts", "none", "local: names and passwords", read_accounts)
          .compared(&HostConfig::accounts)
          .restart(),
      Row::flag("anonymous", &HostConfig::anonymous, "local: clients may log in with SASL ANONYMOUS")
          .restart(),
  };
  return all;
}

const Settings<HostConfig>& component_settings() {
  const auto plugins_tell = [](const HostConfig&, const HostConfig&) { return true; };
  static const Settings<HostConfig> all = {
      Row::custom("server", "text", "`\"127.0.0.1:5347\"`", "component: the server's port for components",
                  read_server)
          .compared(same_address(&HostConfig::server))
          .restart(),
      Row::text("secret", &HostConfig::secret, "component: the component's secret at the server")
          .compared(plugins_tell)
          .restart(),
      Row::custom("secret_file", "text", "none", "component: a file that holds it, instead",
                  [](TomlReader& reader, const char* key, HostConfig& config) {
                    read_secret_file(reader, key, config.secret);
                  })
          .restart(),
      Row::count("max_stanza", &HostConfig::max_stanza, 1024, 1024 * 1024 * 1024,
                 "component: bytes; larger stanzas are refused before they could end the link")
          .restart(),
  };
  return all;
}

std::vector<settings::Section> host_settings_reference() {
  const auto join = [](std::vector<settings::Row> rows, const std::vector<settings::Row>& more) {
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  };
  using settings::rows_of;
  return {
      {"Top level", rows_of(top_settings())},
      {"[log]", rows_of(log_settings())},
      {"[http]", rows_of(http_settings())},
      {"[xmpp]", join(join(rows_of(xmpp_mode()), rows_of(local_settings())), rows_of(component_settings()))},
      {"[[plugin]]", join(rows_of(plugin_settings()), rows_of(plugin_secret()))}};
}

}  // namespace restanza::host
