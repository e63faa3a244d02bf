// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "local": the host has an XMPP server of its own, on loopback, with accounts of the configuration.
#include "modes/local_mode.h"

#include "config/reading.h"
#include "local_server/local_server.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

void read_c2s(TomlReader& reader, const char* key, LocalMode& mode) {
  constexpr const char* kExample = "127.0.0.1:5222";
  reader.parsed(key, [&](const std::string& text) -> Result<void> {
    auto address = parse_address(text, kExample);
    if (!address) return address.error();
    mode.address = address->host;
    mode.port = address->port;
    if (address->loopback() && address->host != "localhost") return {};
    return Error{std::string("must be a loopback address such as ") + kExample +
                 ", because the embedded server has no TLS, and is '" + text + "'"};
  });
}

Settings<LocalMode> local_mode_rows() {
  using Row = settings::Setting<TomlReader, LocalMode>;
  return {
      Row::custom(
          "domain", "text", settings::shown(LocalMode{}.domain), "local: the domain that users log in to",
          [](TomlReader& reader, const char* key, LocalMode& mode) {
            reader.parsed(key, [&](const std::string& text) { return read_domain(text, mode.domain); });
          })
          .compared(&LocalMode::domain)
          .restart(),
      Row::custom("c2s", "text", "`\"127.0.0.1:5222\"`",
                  "local: where XMPP clients connect; loopback only, for the embedded server has no TLS",
                  read_c2s)
          .compared([](const LocalMode& a, const LocalMode& b) {
            return a.address == b.address && a.port == b.port;
          })
          .restart(),
      Row::custom("accounts", "table of texts", "none", "local: names and passwords",
                  [](TomlReader& reader, const char* key, LocalMode& mode) {
                    reader.texts(key, mode.accounts);
                    mode.accounts_place = reader.place(key);
                  })
          .compared(&LocalMode::accounts)
          .restart(),
      Row::flag("anonymous", &LocalMode::anonymous, "local: clients may log in with SASL ANONYMOUS")
          .restart(),
  };
}

const Settings<HostConfig>& local_rows() {
  static const auto all = carried_by<HostConfig>(local_mode_rows());
  return all;
}

const Settings<PluginConfig>& local_plugin_rows() {
  static const Settings<PluginConfig> none;
  return none;
}

void check_local_plugin(TomlReader& reader, const HostConfig& config, PluginConfig& plugin) {
  if (plugin.domain == own_settings<LocalMode>(config.of_mode).domain)
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

Result<std::unique_ptr<Network>> open_local_network(
    const HostConfig& config, Log& log, const Clock& clock,
    // NOLINTNEXTLINE(performance-unnecessary-value-param): of the type that a row of the modes has
    NetworkEvents) {
  const auto& mode = own_settings<LocalMode>(config.of_mode);
  auto server = LocalServer::create(LocalSettings(mode), log, clock);
  if (!server) return Error{mode.accounts_place + server.error().text};
  return std::unique_ptr<Network>(std::make_unique<LocalNetwork>(std::move(*server)));
}

}  // namespace

extern const LinkMode kLocalMode;
const LinkMode kLocalMode{
    {"local", "the embedded server", &local_rows, &local_plugin_rows, &check_local_plugin},
    nullptr,
    &open_local_network};

}  // namespace restanza::host
