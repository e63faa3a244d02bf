// SPDX-License-Identifier: GPL-3.0-or-later
// How a running host takes a configuration that was read again. Each part is taken by itself, and what cannot
// be is named: settings of those that serve come first, because they may take rights away. New instances are
// made before anything that serves ends. Where memory is short a step is left out, which the log says, and
// the next reload finds it as it finds every other difference: what is known of a plugin changes only
// together with the plugin.
#include <algorithm>
#include <new>
#include <utility>

#include "app/host.h"
#include "app/reload_plan.h"
#include "app/state.h"
#include "base/guarded.h"
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
    guarded(log_, "a line about the certificate", [this] { warn_of_certificate(); });
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
  log_.info(done.empty() ? "SIGHUP: nothing was changed"
                         : "reloaded: " + std::to_string(served_.size()) + " plugins" + done);
}

Result<std::unique_ptr<Host::ServedPlugin>> Host::load_one_late(const PluginConfig& plugin) {
  try {
    const auto made = plugin.state_dir.empty() ? Result<void>() : make_directory(plugin.state_dir);
    if (!made) return made.error();
    return load(plugin);
  } catch (const std::bad_alloc&) {
    return Error{"no memory for the plugin at " + plugin.domain};
  }
}

Host::ServedPlugins Host::load_late(const std::vector<PluginConfig>& plugins,
                                    std::vector<std::string>& failures) {
  ServedPlugins loaded;
  loaded.reserve(plugins.size());  // from here on none that was loaded is lost
  failures.reserve(plugins.size());
  for (const PluginConfig& plugin : plugins) {
    auto served = load_one_late(plugin);
    if (served) {
      loaded.push_back(std::move(*served));
      continue;
    }
    forget(plugin.domain);
    failures.push_back(served.error().text);
  }
  return loaded;
}

void Host::forget(const std::string& domain) {
  guarded_until_done(log_, "forgetting a plugin's domain", [&] { ready_.taken_away(domain); });
}

std::string Host::apply_settings(const std::vector<PluginConfig>& changed) {
  std::vector<std::string> applied;
  for (const PluginConfig& plugin : changed) {
    guarded(log_, "SIGHUP: new settings for a plugin", [&] {
      ServedPlugin& served = served_at(plugin.domain);
      const auto keys = changed_keys(served.config.source, plugin.source);
      std::string settings = plugin.settings_json, done = plugin.domain;
      if (!keys.empty()) done += " (" + joined(keys) + ")";
      SettingsSource source = plugin.source;
      applied.reserve(changed.size());
      if (const auto reloaded = served.instance->plugin().reload(settings); !reloaded) {
        say_not_taken(served, plugin, reloaded.error().text);
        return;
      }
      // Without memory, so that what the plugin has and what is known of it are the same.
      std::swap(served.config.settings_json, settings);
      std::swap(served.config.source, source);
      applied.push_back(std::move(done));
    });
  }
  return joined(applied);
}

// A file with a secret may have another one, and the settings that name it say nothing of that.
void Host::look_again(const std::vector<PluginConfig>& unchanged) {
  for (const PluginConfig& plugin : unchanged) {
    guarded(log_, "SIGHUP: a plugin's look at its files", [&] {
      ServedPlugin& served = served_at(plugin.domain);
      if (const auto looked = served.instance->plugin().look_again(plugin.settings_json); !looked) {
        say_not_taken(served, plugin, looked.error().text);
      }
    });
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
  served_.reserve(served_.size() + loaded.size());  // from here on none that has started is lost
  std::vector<std::string> started;
  for (auto& served : loaded) {
    guarded(log_, "SIGHUP: the start of a plugin", [&] {
      Instance& instance = *served->instance;
      std::string domain = served->config.domain;
      started.reserve(loaded.size());
      if (const auto begun = instance.plugin().start(); !begun) {
        instance.log().error(
            "SIGHUP: " + failure(served->config, instance.plugin(), "start", begun.error().text) +
            "; it is not loaded");
        return;
      }
      instance.link().start();
      served_.push_back(std::move(served));
      started.push_back(std::move(domain));
    });
    if (served) {
      forget(served->config.domain);
      part_from(std::move(served));
    }
  }
  return joined(started);
}

// All of them drain at once, each for as long as the deadline at most; nobody else waits.
std::string Host::unload(const std::vector<std::string>& domains) {
  const auto stays = [&](const std::unique_ptr<ServedPlugin>& served) {
    return std::find(domains.begin(), domains.end(), served->config.domain) == domains.end();
  };
  std::vector<std::string> unloaded;
  unloaded.reserve(domains.size());
  const auto border = std::stable_partition(served_.begin(), served_.end(), stays);
  ServedPlugins leaving(std::make_move_iterator(border), std::make_move_iterator(served_.end()));
  served_.erase(border, served_.end());
  drain(leaving);
  close_links(leaving);
  for (auto& served : leaving) {
    std::string domain = std::move(served->config.domain);
    forget(domain);
    if (part_from(std::move(served))) unloaded.push_back(std::move(domain));
  }
  return joined(unloaded);
}

}  // namespace restanza::host
