// SPDX-License-Identifier: GPL-3.0-or-later
// One way in which the host's plugins get their stanzas: with a server of the host's own, or as components of
// another. A mode is a row (link_modes.cpp) with a file of its own.
//
// Threads: [setup] only, but for the events, which come on any thread. Ownership: the log, the clock and what
// the events captured outlive the network, and the network outlives its links.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config.h"
#include "config/mode_settings.h"
#include "link/xmpp_link.h"

namespace restanza::host {

struct NetworkEvents {
  // The host is not ready before this link is; the ready line names it as "KIND=DOMAIN".
  std::function<void(const std::string& kind, const std::string& domain)> expect;
  std::function<void(const std::string& domain)> ready;
  std::function<void(const std::string& why)> refused;  // the start waits for a link that will never be ready
};

// What all links of one mode share while the host runs, such as the embedded server. It owns no link.
class Network {
 public:
  struct Attachment {  // a plugin that is to get a link; what it refers to outlives the link
    const PluginConfig& config;
    Inbound& inbound;
    Log& log;
    bool late;  // it comes while others serve already
  };
  // One verdict for each call: XP_OK with the bare address, or XP_DENIED.
  using CheckPassword = std::function<void(std::string name, std::string password,
                                           std::function<void(xp_status, std::string bare)> verdict)>;

  virtual ~Network() = default;
  // An error is a sentence for the log, and there is no link.
  virtual Result<std::shared_ptr<Link>> attach(const Attachment& plugin) = 0;
  virtual CheckPassword check_password() { return nullptr; }  // none: there are no accounts
  virtual void warn() const {}                                // of what strangers could read
  // Listens, where it listens. Gives what the ready line says of that: " c2s=127.0.0.1:5222".
  virtual Result<std::string> start() { return std::string(); }
  virtual void stop(std::chrono::milliseconds /*within*/) {}  // when the links are gone
};

struct LinkMode {
  ModeSettings settings;
  const char* awaited;  // what the start waits for, as a service manager shows it; null: nothing
  Result<std::unique_ptr<Network>> (*open)(const HostConfig& config, Log& log, const Clock& clock,
                                           NetworkEvents events);
};

const std::vector<const LinkMode*>& link_modes();
const LinkMode& link_mode(const std::string& name);  // one of these: of a configuration that was read
KnownModes known_modes();

}  // namespace restanza::host
