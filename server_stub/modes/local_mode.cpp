// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "local": the host has an XMPP server of its own, on loopback, with accounts of the configuration.
#include "config/reading.h"
#include "local_server/local_server.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

using Row = settings::Setting<TomlReader, HostConfig>;

void read_c2s(TomlReader& reader, const char* key, HostConfig& config) {
  constexpr const char* kExample = "127.0.0.1:5222";
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    auto address = parse_address(text, kExample);
    if (!address) return address.error();
    config.c2s = std::move(*address);
    if (config.c2s.loopback() && config.c2s.host != "localhost") return {};
    return Error{std::string("must be a loopback address such as ") + kExample +
                 ", because the embedded server has no TLS, and is '" + text + "'"};
  });
}

const Settings<HostConfig>& local_rows() {
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
          .compared(&HostConfig::c2s)
          .restart(),
      Row::custom("accounts", "table of texts", "none", "local: names and passwords",
                  [](TomlReader& reader, const char* key, HostConfig& config) {
                    reader.texts(key, config.accounts);
                    config.accounts_place = reader.place(key);
                  })
          .compared(&HostConfig::accounts)
          .restart(),
      Row::flag("anonymous", &HostConfig::anonymous, "local: clients may log in with SASL ANONYMOUS")
          .restart(),
  };
  return all;
}

const Settings<PluginConfig>& local_plugin_rows() {
  static const Settings<PluginConfig> none;
  return none;
}

void check_local_plugin(TomlReader& reader, const HostConfig& config, const PluginConfig& plugin) {
  if (plugin.domain == config.domain)
    reader.fail("domain", "is '" + plugin.domain +
                              "' like [xmpp] domain, where users log in: give the plugin another, "
                              "such as 'rest." +
                              plugin.domain + "'");
}

class LocalNetwork final : public Network {
 public:
  explicit LocalNetwork(std::unique_ptr<LocalServer> server) : server_(std::move(server)) {}

  Result<std::shared_ptr<Link>> attach(const Attachment& plugin) override {
    std::shared_ptr<Link> link = server_->attach(plugin.config.domain, plugin.inbound);
    if (!link)
      return Error{"the domain '" + plugin.config.domain + "' is served already: give the plugin its own"};
    return link;
  }
  CheckPassword check_password() override {
    return [this](const std::string& name, const std::string& password, const auto& verdict) {
      server_->check_password(name, password, verdict);
    };
  }
  Result<std::string> start() override {
    auto c2s = server_->listen();
    if (!c2s) return Error{c2s.error().text + "; choose another with 'xmpp.c2s' in the configuration"};
    server_->start();
    return " c2s=" + *c2s;
  }
  void stop(std::chrono::milliseconds within) override { server_->stop(within); }

 private:
  const std::unique_ptr<LocalServer> server_;
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): of the type that a row of the modes has
Result<std::unique_ptr<Network>> open_local_network(const HostConfig& config, Log& log, const Clock& clock,
                                                    NetworkEvents) {
  LocalSettings settings;
  settings.domain = config.domain;
  settings.address = config.c2s.host;
  settings.port = config.c2s.port;
  settings.accounts = config.accounts;
  settings.anonymous = config.anonymous;
  auto server = LocalServer::create(std::move(settings), log, clock);
  if (!server) return Error{config.accounts_place + server.error().text};
  return std::unique_ptr<Network>(std::make_unique<LocalNetwork>(std::move(*server)));
}

}  // namespace

extern const LinkMode kLocalMode;
const LinkMode kLocalMode{
    {"local", "the embedded server", &local_rows, &local_plugin_rows, &check_local_plugin},
    nullptr,
    &open_local_network};

}  // namespace restanza::host
