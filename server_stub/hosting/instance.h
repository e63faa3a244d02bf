// SPDX-License-Identifier: MIT
// One plugin at one domain, with all that it has on the host's side: its lines in the log, its hooks, its
// table of functions, and its life. [setup] only, but for `log`. It owns these; what the dependencies refer
// to, and the thread of the link, outlive it.
#pragma once

#include <memory>
#include <string>

#include "base/timer.h"
#include "hosting/host_api.h"
#include "hosting/named_log.h"
#include "hosting/plugin_life.h"

namespace restanza::host {

class Instance {
 public:
  // What all instances of a host share.
  struct Dependencies {
    Timer& timer;
    Exchanges& exchanges;
    Routes& routes;
    Log& log;
  };

  // `library`: a path, or a name that is looked for in plugin_directories(). The log's lines begin with the
  // plugin's id and the domain. Nothing of the plugin runs yet.
  static Result<std::unique_ptr<Instance>> load(const std::string& library, HostApi::Place place,
                                                const Dependencies& deps);

  // The link is made for `inbound`, and then connected; once, and before anything else is done with `plugin`.
  Inbound& inbound() { return *hooks_; }
  // Whoever offers acknowledges a stanza when it is told that it was taken. Once, before `connect`.
  void let_keep() { hooks_->let_keep(); }
  void connect(std::shared_ptr<Link> link, HostApi::CheckPassword check,
               HostApi::CheckBearer bearer = nullptr);

  PluginLife& plugin() { return *plugin_; }
  const PluginLife& plugin() const { return *plugin_; }
  Link& link() { return *link_; }
  Log& log() { return log_; }  // [any]

 private:
  Instance(std::unique_ptr<Library> library, HostApi::Place place, const Dependencies& deps);
  void warn_of_symbols();

  std::unique_ptr<Library> library_;  // until `connect`
  const HostApi::Place place_;
  const Dependencies deps_;
  NamedLog log_;
  const std::shared_ptr<Hooks> hooks_;
  std::shared_ptr<Link> link_;
  std::unique_ptr<PluginLife> plugin_;
};

}  // namespace restanza::host
