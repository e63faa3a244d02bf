// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "local": the host has an XMPP server of its own, on loopback, with accounts of the configuration.
#include "config/toml_reader.h"
#include "local_server/local_server.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

void read(TomlReader& reader, HostConfig& config) {
  reader.parsed("domain", [&](const std::string& text) { return read_domain(text, config.domain); });
  reader.parsed("c2s", [&](const std::string& text) -> Result<void> {
    auto address = parse_address(text, "127.0.0.1:5222");
    if (!address) return address.error();
    config.c2s = std::move(*address);
    if (config.c2s.loopback() && config.c2s.host != "localhost") return {};
    return Error{
        "must be a loopback address such as 127.0.0.1:5222, because the embedded server has no TLS, "
        "and is '" +
        text + "'"};
  });
  reader.texts("accounts", config.accounts);
  config.accounts_place = reader.place("accounts");
  reader.flag("anonymous", config.anonymous);
}

void read_plugin(TomlReader& reader, const HostConfig& config, PluginConfig& plugin) {
  if (plugin.domain == config.domain)
    reader.fail("domain", "is '" + plugin.domain +
                              "' like [xmpp] domain, where users log in: give the plugin another, "
                              "such as 'rest." +
                              plugin.domain + "'");
}

void compare(const HostConfig& running, const HostConfig& read,
             const std::function<void(bool same, const char* key)>& note) {
  note(running.domain == read.domain, "xmpp.domain");
  note(running.c2s == read.c2s, "xmpp.c2s");
  note(running.accounts == read.accounts, "xmpp.accounts");
  note(running.anonymous == read.anonymous, "xmpp.anonymous");
}

class LocalNetwork final : public Network {
 public:
  explicit LocalNetwork(std::unique_ptr<LocalServer> server) : server_(std::move(server)) {}

  Result<std::shared_ptr<Link>> attach(const Seat& seat) override {
    std::shared_ptr<Link> link = server_->attach(seat.config.domain, seat.inbound);
    if (!link)
      return Error{"the domain '" + seat.config.domain + "' is served already: give the plugin its own"};
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

Result<std::unique_ptr<Network>> open(const HostConfig& config, Log& log, const Clock& clock, NetworkEvents) {
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
const LinkMode kLocalMode{{"local", &read, &read_plugin}, nullptr, &compare, &open};

}  // namespace restanza::host
