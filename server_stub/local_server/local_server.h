// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded development server of local mode: ordinary XMPP clients log in to it on loopback, and plugins
// reach them through links. One event loop thread of its own does all the work.
//
// Threads: what is marked [any] for any thread; the rest for the owner's, one call after the other.
// Ownership: owns its thread, its sockets and its sessions; links and their hooks belong to the host and end
// before the server does.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "link/xmpp_link.h"
#include "local_server/settings.h"

namespace restanza::host {

class LocalServer {
 public:
  // An error names what in the settings cannot be used.
  static Result<std::unique_ptr<LocalServer>> create(LocalSettings settings, Log& log, const Clock& clock);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  Result<std::string> listen();  // "127.0.0.1:5222", with the port that was chosen
  void start();

  // Accepts nobody, ends every stream and waits for the clients to do the same, at most `within`; then joins.
  void stop(std::chrono::milliseconds within);

  // [any] The link of a plugin's domain; none where the domain is no domain or has a link already. Where it
  // is the server's own, the plugin sees what is addressed to the domain itself. `inbound` must outlive the
  // link. Destroying the link detaches it: waits for the loop, after which `inbound` is not called any more.
  std::unique_ptr<Link> attach(const std::string& domain, Inbound& inbound);

  // [any] One verdict, before this returns: XP_OK with the bare address, or XP_DENIED. `name` as people write
  // it, "alice" or "alice@localhost".
  void check_password(const std::string& name, const std::string& password,
                      const std::function<void(xp_status, std::string bare)>& verdict) const;

 private:
  class Core;
  explicit LocalServer(std::unique_ptr<Core> core);
  const std::unique_ptr<Core> core_;
};

}  // namespace restanza::host
