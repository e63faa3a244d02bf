// SPDX-License-Identifier: MIT
#include "app/reload_plan.h"

#include "modes/component_mode.h"
#include "modes/local_mode.h"
#include "support/catch.h"

using namespace restanza::host;

namespace {

PluginConfig planned(const std::string& domain, const std::string& load = "restanza") {
  PluginConfig config;
  config.domain = config.http_host = domain;
  config.load = load;
  config.state_dir = "/state/" + domain;
  config.settings_json = "{}";
  return config;
}

HostConfig with(std::vector<PluginConfig> plugins) {
  HostConfig config;
  config.plugins = std::move(plugins);
  return config;
}

std::string domains(const std::vector<PluginConfig>& plugins) {
  std::string out;
  for (const auto& each : plugins) out += each.domain + " ";
  return out;
}

std::string words(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& each : all) out += each + "; ";
  return out;
}

}  // namespace

TEST_CASE("the same configuration changes nothing, whatever the order of its entries") {
  const ReloadPlan plan =
      plan_reload(with({planned("a.x"), planned("b.x")}), with({planned("b.x"), planned("a.x")}));
  CHECK(plan.changed.empty());
  CHECK(domains(plan.unchanged) == "a.x b.x ");
  CHECK(plan.added.empty());
  CHECK(plan.successors.empty());
  CHECK(plan.removed.empty());
  CHECK(plan.restart.empty());
}

TEST_CASE("entries change, come and go by their domain and their load") {
  auto changed = planned("b.x");
  changed.settings_json = R"({"a": 1})";
  const ReloadPlan plan = plan_reload(with({planned("a.x"), planned("b.x"), planned("c.x", "one")}),
                                      with({changed, planned("c.x", "two"), planned("d.x")}));
  CHECK(domains(plan.changed) == "b.x ");
  CHECK(plan.unchanged.empty());
  CHECK(domains(plan.added) == "d.x ");
  CHECK(domains(plan.successors) == "c.x ");
  CHECK(words(plan.removed) == "a.x; c.x; ");
}

TEST_CASE("who gets the directory of one that leaves comes after it") {
  auto heir = planned("b.x");
  heir.state_dir = "/state/a.x";
  CHECK(domains(plan_reload(with({planned("a.x")}), with({heir})).successors) == "b.x ");
  auto first = planned("a.x"), second = planned("b.x");
  first.state_dir = second.state_dir = "";
  CHECK(domains(plan_reload(with({first}), with({second})).added) == "b.x ");
}

TEST_CASE("what only a start looks at is named") {
  HostConfig read = with({planned("a.x")});
  read.http.listen[0].port = 1;
  LocalMode& server = own_settings<LocalMode>(read.of_mode);
  server.domain = "y";
  server.address = "::1";
  server.accounts["alice"] = "wonder";
  server.anonymous = true;
  read.plugins[0].prefix = "/other";
  read.plugins[0].http_host = "h";
  read.plugins[0].state_dir = "/elsewhere";
  const ReloadPlan local = plan_reload(with({planned("a.x")}), read);
  CHECK(words(local.restart) ==
        "http.listen; xmpp.domain; xmpp.c2s; xmpp.accounts; xmpp.anonymous; prefix of the plugin at a.x; "
        "http_host of the plugin at a.x; state_dir of the plugin at a.x; ");
  CHECK(local.changed.empty());

  HostConfig running = with({planned("a.x")});
  running.mode = "component";
  read = running;
  ComponentMode& link = own_settings<ComponentMode>(read.of_mode);
  link.host = "server.example";
  link.max_stanza = 1024;
  own_settings<ComponentPlugin>(read.plugins[0].of_mode).secret = "new";
  CHECK(words(plan_reload(running, read).restart) ==
        "xmpp.server; xmpp.max_stanza; secret of the plugin at a.x; ");
}

TEST_CASE("in another mode entries neither come nor go, and those that stay get their settings") {
  auto changed = planned("a.x");
  changed.settings_json = R"({"a": 1})";
  HostConfig read = with({changed, planned("b.x")});
  read.mode = "component";
  own_settings<ComponentMode>(read.of_mode).max_stanza = 1024;
  read.http.listen[0].port = 1;
  const ReloadPlan plan = plan_reload(with({planned("a.x"), planned("c.x")}), read);
  CHECK(words(plan.restart) == "http.listen; xmpp.mode; the plugin at c.x; the plugin at b.x; ");
  CHECK(domains(plan.changed) == "a.x ");
  CHECK(plan.added.empty());
  CHECK(plan.successors.empty());
  CHECK(plan.removed.empty());
}
