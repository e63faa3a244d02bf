// SPDX-License-Identifier: GPL-3.0-or-later
// The host's composition root: the HTTP front, the network of the configuration's mode, and the plugins on
// them; in which order they start, come and go, and end. It stands on the kit's rooms,
// not on the kit, which takes stanzas as text, has no TLS and does not unload one plugin of several.
//
// Threads: [setup] only; the events come on any thread. Ownership: owns the front, the network and the
// plugins; the log outlives it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/log_sink.h"
#include "app/readiness.h"
#include "base/clock.h"
#include "base/timer.h"
#include "config/config.h"
#include "hosting/instance.h"
#include "hosting/routes.h"
#include "http_front/front.h"
#include "modes/link_mode.h"

namespace restanza::host {

struct HostEvents {
  std::function<void(std::string line)> ready;  // once; "ready http=127.0.0.1:5280 c2s=127.0.0.1:5222"
  // The secret of a component is wrong, at its first login since the start.
  std::function<void(std::string why)> refused;
};

class Host {
 public:
  static constexpr std::chrono::milliseconds kDrain{10000};  // for what runs at the end to finish
  static constexpr std::chrono::milliseconds kClose{5000};   // for the links to flush and close

  // Loads the plugins and creates their instances, so that every setting has been looked at; does not listen
  // yet. An error names the file and the line of what is wrong, where it stands in one.
  static Result<std::unique_ptr<Host>> make(const HostConfig& config, Log& log, HostEvents events);
  ~Host();

  Result<void> start();  // once; listens. On an error the host is to be shut down

  // Applies a configuration that was read again, while everything else serves: new settings through reload,
  // new entries, and the end of those that are not there any more, for which it waits. What goes wrong, or
  // needs a restart, is logged and keeps back nothing else.
  void reload(const HostConfig& read);

  void shut_down();  // drains, flushes, closes, destroys

  // After shut_down: something of a plugin may still run and call, so the process must end without destroying
  // the host.
  bool abandoned() const { return abandoned_; }

 private:
  // An entry of the configuration with the plugin that was loaded for it.
  struct ServedPlugin {
    PluginConfig config;
    std::unique_ptr<Instance> instance;
  };
  using ServedPlugins = std::vector<std::unique_ptr<ServedPlugin>>;

  Host(const HostConfig& config, Log& log, HostEvents events);
  Result<std::unique_ptr<ServedPlugin>> load(const PluginConfig& plugin);
  // Why a plugin failed at a step of its life, with the line of the key that it names.
  static std::string failure(const PluginConfig& config, const PluginLife& plugin, const char* step,
                             const std::string& why);
  NetworkEvents network_events();
  void warn_of_open_doors() const;
  void warn_of_certificate() const;
  // Asks each of them, and waits until all have said that they are through, at most for that long.
  void wait_for_each(const ServedPlugins& plugins, const char* what, std::chrono::milliseconds within,
                     const std::function<void(Instance& instance, std::function<void()> done)>& ask);
  void drain(const ServedPlugins& plugins);
  void close_links(const ServedPlugins& plugins);
  void end_plugins();
  bool part_from(std::unique_ptr<ServedPlugin> served) noexcept;  // false: it did not end

  // The steps of a reload; each tells of its failures, or gives them, and gives the domains with which it
  // went well.
  HostConfig running() const;
  Result<std::unique_ptr<ServedPlugin>> load_one_late(const PluginConfig& plugin);
  ServedPlugins load_late(const std::vector<PluginConfig>& plugins, std::vector<std::string>& failures);
  std::string apply_settings(const std::vector<PluginConfig>& changed);
  void look_again(const std::vector<PluginConfig>& unchanged);
  ServedPlugin& served_at(const std::string& domain);
  void say_not_taken(const ServedPlugin& served, const PluginConfig& plugin, const std::string& why);
  std::string start_late(ServedPlugins plugins);
  void forget(const std::string& domain);
  std::string unload(const std::vector<std::string>& domains);

  const HostConfig config_;
  std::shared_ptr<const TlsIdentity> tls_;  // what the front shows to new connections; null: none
  Level level_;                             // what the log shows
  Log& log_;
  const HostEvents events_;
  const SystemClock clock_;
  Timer timer_;
  Routes routes_;
  Front front_;
  std::unique_ptr<Network> network_;
  ServedPlugins served_;
  ServedPlugins never_ended_;  // plugins that did not end: nothing that they refer to is freed
  Readiness ready_;
  bool started_ = false;
  bool abandoned_ = false;
};

}  // namespace restanza::host
