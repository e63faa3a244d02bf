// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "component": each plugin's domain is a component of an XMPP server (XEP-0114).
#include "modes/component_mode.h"

#include "config/reading.h"
#include "link/component/component_link.h"
#include "link/component/login_advice.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

void read_server(TomlReader& reader, const char* key, ComponentMode& link) {
  HostPort server{link.host, link.port};
  read_address(reader, key, "127.0.0.1:5347", server);
  link.host = server.host;
  link.port = server.port;
}

Settings<ComponentMode> component_mode_rows() {
  using Row = settings::Setting<TomlReader, ComponentMode>;
  // Each plugin's own secret is compared, which is this one where it has none.
  const auto plugins_tell = [](const ComponentMode&, const ComponentMode&) { return true; };
  return {
      Row::custom("server", "text", "`\"127.0.0.1:5347\"`", "component: the server's port for components",
                  read_server)
          .compared([](const ComponentMode& a, const ComponentMode& b) {
            return a.host == b.host && a.port == b.port;
          })
          .restart(),
      Row::text("secret", &ComponentMode::secret, "component: the component's secret at the server")
          .compared(plugins_tell)
          .restart(),
      Row::custom("secret_file", "text", "none", "component: a file that holds it, instead",
                  [](TomlReader& reader, const char* key, ComponentMode& link) {
                    read_secret_file(reader, key, link.secret);
                  })
          .restart(),
      Row::count("max_stanza", &ComponentMode::max_stanza, 1024, 1024 * 1024 * 1024,
                 "component: bytes; larger stanzas are refused before they could end the link")
          .restart(),
  };
}

Settings<ComponentPlugin> component_entry_rows() {
  using Row = settings::Setting<TomlReader, ComponentPlugin>;
  return {
      Row::text("secret", &ComponentPlugin::secret, "component: the secret of this component")
          .default_is("that of `[xmpp]`")
          .restart(),
      Row::custom("secret_file", "text", "none", "component: a file that holds it, instead",
                  [](TomlReader& reader, const char* key, ComponentPlugin& plugin) {
                    read_secret_file(reader, key, plugin.secret);
                  })
          .restart(),
  };
}

const Settings<HostConfig>& component_rows() {
  static const auto all = carried_by<HostConfig>(component_mode_rows());
  return all;
}

const Settings<PluginConfig>& component_plugin_rows() {
  static const auto all = carried_by<PluginConfig>(component_entry_rows());
  return all;
}

void check_component_plugin(TomlReader& reader, const HostConfig& config, PluginConfig& plugin) {
  std::string& secret = own_settings<ComponentPlugin>(plugin.of_mode).secret;
  if (secret.empty()) secret = own_settings<ComponentMode>(config.of_mode).secret;
  if (secret.empty())
    reader.fail("secret", "is missing, here and in [xmpp]: it is the component's secret at the server");
}

class ComponentNetwork final : public Network {
 public:
  ComponentNetwork(ComponentSettings of_all, Log& log, const Clock& clock, NetworkEvents events)
      : of_all_(std::move(of_all)), log_(log), clock_(clock), events_(std::move(events)) {}

  Result<std::shared_ptr<Link>> attach(const Attachment& plugin) override {
    const std::string& domain = plugin.config.domain;
    ComponentSettings settings = of_all_;
    settings.domain = domain;
    settings.secret = own_settings<ComponentPlugin>(plugin.config.of_mode).secret;
    ComponentEvents events;
    events.ready = [this, domain] { events_.ready(domain); };
    // One that came while the others serve is no reason to end them; the link has told the log.
    if (!plugin.late) {
      events.refused = [this, domain] {
        events_.refused("the server refused the component '" + domain +
                        "': not-authorized: " + advice_for("not-authorized"));
      };
    }
    auto link =
        std::make_shared<ComponentLink>(settings, plugin.inbound, plugin.log, clock_, std::move(events));
    events_.expect("component", domain);
    return std::shared_ptr<Link>(std::move(link));
  }
  void warn() const override {
    if (!HostPort{of_all_.host, of_all_.port}.loopback())
      log_.warn("the component's connection to '" + of_all_.host + "' is not encrypted: use a tunnel");
  }

 private:
  const ComponentSettings of_all_;  // of every link, but for its domain and its secret
  Log& log_;
  const Clock& clock_;
  const NetworkEvents events_;
};

Result<std::unique_ptr<Network>> open_component_network(const HostConfig& config, Log& log,
                                                        const Clock& clock, NetworkEvents events) {
  return std::unique_ptr<Network>(std::make_unique<ComponentNetwork>(
      own_settings<ComponentMode>(config.of_mode), log, clock, std::move(events)));
}

}  // namespace

extern const LinkMode kComponentMode;
const LinkMode kComponentMode{{"component", "a component of a real server", &component_rows,
                               &component_plugin_rows, &check_component_plugin},
                              "waiting for the XMPP server to accept the components",
                              &open_component_network};

}  // namespace restanza::host
