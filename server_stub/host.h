// SPDX-License-Identifier: GPL-3.0-or-later
// The host's composition root: the HTTP front, the embedded server or the component links, and the plugins on
// them; in which order they start, and in which they end. [setup] only; the events come on any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/timer.h"
#include "component_link.h"
#include "config.h"
#include "host_api.h"
#include "local_server/local_server.h"
#include "log_sink.h"
#include "plugin.h"
#include "routes.h"

namespace restanza::host {

struct HostEvents {
  std::function<void(std::string line)> ready;   // once; "ready http=127.0.0.1:5280 c2s=127.0.0.1:5222"
  std::function<void(std::string why)> refused;  // a component's first login: the secret is wrong
};

class Host {
 public:
  static constexpr std::chrono::milliseconds kDrain{10000};  // for what runs at the end to finish
  static constexpr std::chrono::milliseconds kClose{5000};   // for the links to flush and close

  // Loads the plugins and creates their instances, so that every setting has been looked at; listens to
  // nobody yet.
  static Result<std::unique_ptr<Host>> make(const HostConfig& config, Log& log, HostEvents events);
  ~Host();

  Result<void> start();
  void shut_down();  // drains, flushes, closes, destroys

  // After shut_down: something of a plugin may still run and call, so the process must end without destroying
  // the host.
  bool abandoned() const { return abandoned_; }

 private:
  // What belongs to one plugin, in the order of its making.
  struct Seat {
    std::string domain;
    std::unique_ptr<NamedLog> log;
    std::shared_ptr<Hooks> hooks;
    std::shared_ptr<Link> link;
    ComponentLink* component = nullptr;  // the link, in component mode
    std::unique_ptr<Plugin> plugin;
  };

  Host(const HostConfig& config, Log& log, HostEvents events);
  Result<void> seat(const PluginConfig& plugin);
  Result<std::shared_ptr<Link>> link_for(const PluginConfig& plugin, Seat& seat);
  void warn_of_open_doors() const;
  void component_ready();
  void say_ready();
  void drain();
  void end_plugins();

  const HostConfig config_;
  Log& log_;
  const HostEvents events_;
  const SystemClock clock_;
  Timer timer_;
  Routes routes_;
  Front front_;
  std::unique_ptr<LocalServer> local_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::string http_address_, c2s_address_;
  std::atomic<size_t> logins_missing_{0};
  bool abandoned_ = false;
};

}  // namespace restanza::host
