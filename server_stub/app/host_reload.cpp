// SPDX-License-Identifier: GPL-3.0-or-later
// How a running host takes a configuration that was read again. Each part is taken by itself, and what cannot
// be is named: settings of those that serve come first, because they may take rights away. New instances are
// made before anything that serves ends.
#include <algorithm>

#include "app/host.h"
#include "app/reload_plan.h"
#include "app/state.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string told(const char* what, const std::string& domains) {
  return domains.empty() ? "" : std::string("; ") + what + " " + domains;
}

}  // namespace

HostConfig Host::running() const {
  HostConfig running = config_;
  running.http.tls = tls_;
  running.plugins.clear();
  for (const auto& served : served_) running.plugins.push_back(served->config);
  return running;
}

void Host::reload(const HostConfig& read) {
  const ReloadPlan plan = plan_reload(running(), read);
  if (!plan.restart.empty()) log_.warn("SIGHUP: needs a restart: " + joined(plan.restart));
  const std::string changed = apply_settings(plan.changed);
  look_again(plan.unchanged);
  if (plan.new_certificate) {
    tls_ = read.http.tls;
    front_.renew(tls_);
    warn_of_certificate();
  }
  std::vector<std::string> failures;
  std::string loaded = start_late(load_late(plan.added, failures));
  const std::string unloaded = unload(plan.removed);
  for (const PluginConfig& plugin : plan.successors) {
    std::vector<std::string> failure;
    const std::string started = start_late(load_late({plugin}, failure));
    loaded += (loaded.empty() || started.empty() ? "" : ", ") + started;
    for (const auto& why : failure) {
      log_.error("SIGHUP: " + why + "; nobody serves " + plugin.domain + " now");
    }
  }
  const std::string done =
      told("new settings for", changed) + told("loaded", loaded) + told("unloaded", unloaded) +
      (plan.new_certificate ? "; new certificate, valid until " + tls_->expiry() : "") +
      (read.log_level == level_ ? "" : std::string("; log level ") + name_of(read.log_level));
  level_ = read.log_level;
  for (const auto& why : failures) {
    log_.error("SIGHUP: " + why + (done.empty() ? "; nothing was changed" : "; it is not loaded"));
  }
  log_.info(done.empty() ? "SIGHUP: nothing was changed in the configuration"
                         : "reloaded: " + std::to_string(served_.size()) + " plugins" + done);
}

Host::ServedPlugins Host::load_late(const std::vector<PluginConfig>& plugins,
                                    std::vector<std::string>& failures) {
  ServedPlugins loaded;
  for (const PluginConfig& plugin : plugins) {
    const auto made = plugin.state_dir.empty() ? Result<void>() : make_directory(plugin.state_dir);
    auto served = made ? load(plugin) : Result<std::unique_ptr<ServedPlugin>>(made.error());
    if (served) {
      loaded.push_back(std::move(*served));
      continue;
    }
    failures.push_back(served.error().text);
    ready_.taken_away(plugin.domain);
  }
  return loaded;
}

std::string Host::apply_settings(const std::vector<PluginConfig>& changed) {
  std::vector<std::string> applied;
  for (const PluginConfig& plugin : changed) {
    ServedPlugin& served = served_at(plugin.domain);
    if (const auto reloaded = served.instance->plugin().reload(plugin.settings_json); !reloaded) {
      say_not_taken(served, plugin, reloaded.error().text);
      continue;
    }
    const auto keys = changed_keys(served.config.source, plugin.source);
    served.config.settings_json = plugin.settings_json;
    served.config.source = plugin.source;
    applied.push_back(plugin.domain + (keys.empty() ? "" : " (" + joined(keys) + ")"));
  }
  return joined(applied);
}

// A file with a secret may have another one, and the settings that name it say nothing of that.
void Host::look_again(const std::vector<PluginConfig>& unchanged) {
  for (const PluginConfig& plugin : unchanged) {
    ServedPlugin& served = served_at(plugin.domain);
    if (const auto looked = served.instance->plugin().look_again(plugin.settings_json); !looked) {
      say_not_taken(served, plugin, looked.error().text);
    }
  }
}

Host::ServedPlugin& Host::served_at(const std::string& domain) {
  return **std::find_if(served_.begin(), served_.end(),
                        [&](const auto& each) { return each->config.domain == domain; });
}

void Host::say_not_taken(const ServedPlugin& served, const PluginConfig& plugin, const std::string& why) {
  served.instance->log().error("SIGHUP: " + failure(plugin, served.instance->plugin(), "reload", why) +
                               "; it goes on with its old settings");
}

std::string Host::start_late(ServedPlugins loaded) {
  std::vector<std::string> started;
  for (auto& served : loaded) {
    const std::string domain = served->config.domain;
    if (const auto begun = served->instance->plugin().start(); !begun) {
      served->instance->log().error(
          "SIGHUP: " + failure(served->config, served->instance->plugin(), "start", begun.error().text) +
          "; it is not loaded");
      ready_.taken_away(domain);
      part_from(std::move(served));
      continue;
    }
    served->instance->link().start();
    served_.push_back(std::move(served));
    started.push_back(domain);
  }
  return joined(started);
}

// All of them drain at once, each for as long as the deadline at most; nobody else waits.
std::string Host::unload(const std::vector<std::string>& domains) {
  const auto stays = [&](const std::unique_ptr<ServedPlugin>& served) {
    return std::find(domains.begin(), domains.end(), served->config.domain) == domains.end();
  };
  const auto border = std::stable_partition(served_.begin(), served_.end(), stays);
  ServedPlugins leaving(std::make_move_iterator(border), std::make_move_iterator(served_.end()));
  served_.erase(border, served_.end());
  drain(leaving);
  close_links(leaving);
  std::vector<std::string> unloaded;
  for (auto& served : leaving) {
    const std::string domain = served->config.domain;
    ready_.taken_away(domain);
    const size_t before = never_ended_.size();
    part_from(std::move(served));
    if (never_ended_.size() == before) unloaded.push_back(domain);
  }
  return joined(unloaded);
}

}  // namespace restanza::host
