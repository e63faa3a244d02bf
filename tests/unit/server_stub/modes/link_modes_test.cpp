// SPDX-License-Identifier: MIT
// What is true of every mode; what a mode reads is tested with the configuration, its links in their own
// rooms.
#include <fstream>
#include <set>

#include "config/host_settings.h"
#include "config/toml_reader.h"
#include "modes/component_mode.h"
#include "modes/link_mode.h"
#include "modes/local_mode.h"
#include "support/catch.h"
#include "support/directory.h"

using namespace restanza;
using namespace restanza::host;

namespace {

class Quiet final : public Log {
 public:
  void write(Level, std::string_view text) override { lines += std::string(text) + "\n"; }
  std::string lines;
};

class Nobody final : public Inbound {
 public:
  void offer(xmpp::Stanza stanza, bool, std::function<void(xmpp::Stanza, Offer)> after) override {
    after(std::move(stanza), Offer::passed);
  }
};

// A network of the mode, and what it told of.
struct Opened {
  SystemClock clock;
  Quiet log;
  Nobody hooks;
  HostConfig config;
  PluginConfig plugin;
  std::string told;
  std::unique_ptr<Network> network;

  explicit Opened(const std::string& mode) {
    if (mode == "local") own_settings<LocalMode>(config.of_mode).port = 0;
    if (mode == "component") own_settings<ComponentPlugin>(plugin.of_mode).secret = "secret";
    plugin.domain = "rest.localhost";
    auto opened = link_mode(mode).open(config, log, clock,
                                       {[this](const std::string& kind, const std::string& domain) {
                                          told += "expect " + kind + " " + domain + "\n";
                                        },
                                        [](const std::string&) {}, [](const std::string&) {}});
    REQUIRE(opened);
    network = std::move(*opened);
  }
  Result<std::shared_ptr<Link>> attach() { return network->attach({plugin, hooks, log, false}); }
};

}  // namespace

TEST_CASE("each mode has a name of its own, and is found by it") {
  std::set<std::string> names;
  for (const LinkMode* mode : link_modes()) {
    CHECK(names.insert(mode->settings.name).second);
    CHECK(&link_mode(mode->settings.name) == mode);
  }
  CHECK(names.count(HostConfig().mode) == 1);
  CHECK(known_modes().size() == names.size());
}

TEST_CASE("a mode finds no change between equal configurations, and names the key of one that differs") {
  HostConfig other_local, other_component;
  own_settings<LocalMode>(other_local.of_mode).domain = "other.example";
  own_settings<ComponentMode>(other_component.of_mode).port = 5999;
  const auto changed = [](const LinkMode& mode, const HostConfig& read) {
    std::vector<std::string> keys;
    add_restart_keys(mode.settings.xmpp(), HostConfig(), read, "xmpp.", keys);
    return keys;
  };
  for (const LinkMode* mode : link_modes()) {
    CAPTURE(mode->settings.name);
    CHECK(changed(*mode, HostConfig()).empty());
  }
  CHECK(changed(link_mode("local"), other_local) == std::vector<std::string>{"xmpp.domain"});
  CHECK(changed(link_mode("component"), other_component) == std::vector<std::string>{"xmpp.server"});
}

TEST_CASE("the local mode listens, has accounts, serves a domain once and waits for nobody") {
  Opened at("local");
  CHECK(link_mode("local").awaited == nullptr);
  CHECK(at.network->check_password());
  {
    const auto link = at.attach();
    REQUIRE(link);
    CHECK(at.attach().error().text ==
          "the domain 'rest.localhost' is served already: give the plugin its own");
    const auto words = at.network->start();
    REQUIRE(words);
    CHECK_THAT(*words, StartsWith(" c2s=127.0.0.1:"));
  }
  at.network->stop(std::chrono::milliseconds(0));
  CHECK(at.told.empty());
  at.network->warn();
  CHECK(at.log.lines.empty());
}

TEST_CASE("the component mode listens nowhere, has no accounts and waits for its components") {
  Opened at("component");
  CHECK(link_mode("component").awaited != nullptr);
  CHECK_FALSE(at.network->check_password());
  const auto link = at.attach();
  REQUIRE(link);
  CHECK(at.told == "expect component rest.localhost\n");
  const auto words = at.network->start();
  REQUIRE(words);
  CHECK(words->empty());
  at.network->warn();
  CHECK(at.log.lines.empty());
}

TEST_CASE("the component mode warns of a server that is not on this machine") {
  Quiet log;
  const SystemClock clock;
  HostConfig config;
  own_settings<ComponentMode>(config.of_mode).host = "server.example";
  const auto network = link_mode("component").open(config, log, clock, {});
  REQUIRE(network);
  (*network)->warn();
  CHECK(log.lines == "the component's connection to 'server.example' is not encrypted: use a tunnel\n");
}

namespace {

// What a mode of whoever comes next reads: nobody else knows of it.
struct Silent {
  std::string word;
};
struct SilentEntry {
  std::string own;
};

}  // namespace

TEST_CASE(
    "a configuration knows the modes that it is given, and each reads its own keys into its own struct") {
  const ModeSettings silent{
      "silent", "says nothing",
      []() -> const Settings<HostConfig>& {
        static const auto rows = carried_by<HostConfig>(Settings<Silent>{
            settings::Setting<TomlReader, Silent>::text("word", &Silent::word, "").restart()});
        return rows;
      },
      []() -> const Settings<PluginConfig>& {
        static const auto rows = carried_by<PluginConfig>(Settings<SilentEntry>{
            settings::Setting<TomlReader, SilentEntry>::text("own", &SilentEntry::own, "")});
        return rows;
      },
      [](TomlReader&, const HostConfig& config, PluginConfig& plugin) {
        std::string& own = own_settings<SilentEntry>(plugin.of_mode).own;
        if (own.empty()) own = own_settings<Silent>(config.of_mode).word;
      }};
  const KnownModes modes{&link_mode("local").settings, &link_mode("component").settings, &silent};
  const Directory directory;
  const std::string file = directory.path() + "/restanza.toml";
  const auto load = [&](const std::string& text) {
    std::ofstream(file) << text;
    return load_config(file, modes);
  };
  const auto config = load(
      "[xmpp]\nmode = 'silent'\nword = 'a'\n[[plugin]]\ndomain = 'a.x'\n[[plugin]]\n"
      "domain = 'b.x'\nown = 'b'\n");
  REQUIRE(config);
  CHECK(config->mode == "silent");
  CHECK(own_settings<Silent>(config->of_mode).word == "a");
  CHECK(own_settings<SilentEntry>(config->plugins[0].of_mode).own == "a");
  CHECK(own_settings<SilentEntry>(config->plugins[1].of_mode).own == "b");
  std::vector<std::string> keys;
  add_restart_keys(silent.xmpp(), *config, *config, "xmpp.", keys);
  CHECK(keys.empty());
  add_restart_keys(silent.xmpp(), HostConfig(), *config, "xmpp.", keys);
  CHECK(keys == std::vector<std::string>{"xmpp.word"});
  CHECK(load("[xmpp]\nmode = 'none'\n[plugin]\ndomain = 'a.x'\n").error().text ==
        file + ":2: 'xmpp.mode' must be local, component or silent, and is 'none'");
  CHECK(load("[xmpp]\nmode = 'silent'\nserver = 'x:1'\n[plugin]\ndomain = 'a.x'\n")
            .error()
            .text.find("server") != std::string::npos);
}
