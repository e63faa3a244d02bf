// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "component": each plugin's domain is a component of an XMPP server (XEP-0114).
#include "config/toml_reader.h"
#include "link/component/component_link.h"
#include "link/component/login_advice.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

void read(TomlReader& reader, HostConfig& config) {
  reader.parsed("server", [&](const std::string& text) -> Result<void> {
    auto address = parse_address(text, "127.0.0.1:5347");
    if (!address) return address.error();
    config.server = std::move(*address);
    return {};
  });
  read_secret_of(reader, config.secret);
  reader.count("max_stanza", config.max_stanza, 1024, 1024 * 1024 * 1024);
}

void read_plugin(TomlReader& reader, const HostConfig& config, PluginConfig& plugin) {
  plugin.secret = config.secret;
  read_secret_of(reader, plugin.secret);
  if (plugin.secret.empty())
    reader.fail("secret", "is missing, here and in [xmpp]: it is the component's secret at the server");
}

void compare(const HostConfig& running, const HostConfig& read,
             const std::function<void(bool same, const char* key)>& note) {
  note(running.server == read.server, "xmpp.server");
  note(running.max_stanza == read.max_stanza, "xmpp.max_stanza");
}

class ComponentNetwork final : public Network {
 public:
  ComponentNetwork(const HostConfig& config, Log& log, const Clock& clock, NetworkEvents events)
      : server_(config.server),
        max_stanza_(config.max_stanza),
        log_(log),
        clock_(clock),
        events_(std::move(events)) {}

  Result<std::shared_ptr<Link>> attach(const Seat& seat) override {
    const std::string& domain = seat.config.domain;
    ComponentSettings settings;
    settings.host = server_.host;
    settings.port = server_.port;
    settings.domain = domain;
    settings.secret = seat.config.secret;
    settings.max_stanza = max_stanza_;
    ComponentEvents events;
    events.ready = [this, domain] { events_.ready(domain); };
    // One that came while the others serve is no reason to end them; the link has told the log.
    if (!seat.late) {
      events.refused = [this, domain] {
        events_.refused("the server refused the component '" + domain +
                        "': not-authorized: " + advice_for("not-authorized"));
      };
    }
    auto link = std::make_shared<ComponentLink>(settings, seat.inbound, seat.log, clock_, std::move(events));
    events_.expect("component", domain);
    return std::shared_ptr<Link>(std::move(link));
  }
  void warn() const override {
    if (!server_.loopback())
      log_.warn("the component's connection to '" + server_.host + "' is not encrypted: use a tunnel");
  }

 private:
  const HostPort server_;
  const uint64_t max_stanza_;
  Log& log_;
  const Clock& clock_;
  const NetworkEvents events_;
};

Result<std::unique_ptr<Network>> open(const HostConfig& config, Log& log, const Clock& clock,
                                      NetworkEvents events) {
  return std::unique_ptr<Network>(std::make_unique<ComponentNetwork>(config, log, clock, std::move(events)));
}

}  // namespace

extern const LinkMode kComponentMode;
const LinkMode kComponentMode{{"component", &read, &read_plugin},
                              "waiting for the XMPP server to accept the components",
                              &compare,
                              &open};

}  // namespace restanza::host
