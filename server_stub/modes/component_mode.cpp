// SPDX-License-Identifier: GPL-3.0-or-later
// mode = "component": each plugin's domain is a component of an XMPP server (XEP-0114).
#include "config/reading.h"
#include "link/component/component_link.h"
#include "link/component/login_advice.h"
#include "modes/link_mode.h"

namespace restanza::host {
namespace {

using Row = settings::Setting<TomlReader, HostConfig>;
using PluginRow = settings::Setting<TomlReader, PluginConfig>;

const Settings<HostConfig>& component_rows() {
  // Each plugin's own secret is compared, which is this one where it has none.
  const auto plugins_tell = [](const HostConfig&, const HostConfig&) { return true; };
  static const Settings<HostConfig> all = {
      Row::custom("server", "text", "`\"127.0.0.1:5347\"`", "component: the server's port for components",
                  [](TomlReader& reader, const char* key, HostConfig& config) {
                    read_address(reader, key, "127.0.0.1:5347", config.server);
                  })
          .compared(&HostConfig::server)
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

const Settings<PluginConfig>& component_plugin_rows() {
  static const Settings<PluginConfig> all = {
      PluginRow::text("secret", &PluginConfig::secret, "component: the secret of this component")
          .default_is("that of `[xmpp]`")
          .restart(),
      PluginRow::custom("secret_file", "text", "none", "component: a file that holds it, instead",
                        [](TomlReader& reader, const char* key, PluginConfig& plugin) {
                          read_secret_file(reader, key, plugin.secret);
                        })
          .restart(),
  };
  return all;
}

void check_component_plugin(TomlReader& reader, const HostConfig&, const PluginConfig& plugin) {
  if (plugin.secret.empty())
    reader.fail("secret", "is missing, here and in [xmpp]: it is the component's secret at the server");
}

class ComponentNetwork final : public Network {
 public:
  ComponentNetwork(const HostConfig& config, Log& log, const Clock& clock, NetworkEvents events)
      : server_(config.server),
        max_stanza_(config.max_stanza),
        log_(log),
        clock_(clock),
        events_(std::move(events)) {}

  Result<std::shared_ptr<Link>> attach(const Attachment& plugin) override {
    const std::string& domain = plugin.config.domain;
    ComponentSettings settings;
    settings.host = server_.host;
    settings.port = server_.port;
    settings.domain = domain;
    settings.secret = plugin.config.secret;
    settings.max_stanza = max_stanza_;
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

Result<std::unique_ptr<Network>> open_component_network(const HostConfig& config, Log& log,
                                                        const Clock& clock, NetworkEvents events) {
  return std::unique_ptr<Network>(std::make_unique<ComponentNetwork>(config, log, clock, std::move(events)));
}

}  // namespace

extern const LinkMode kComponentMode;
const LinkMode kComponentMode{{"component", "a component of a real server", &component_rows,
                               &component_plugin_rows, &check_component_plugin},
                              "waiting for the XMPP server to accept the components",
                              &open_component_network};

}  // namespace restanza::host
