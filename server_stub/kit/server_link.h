// SPDX-License-Identifier: MIT
// A plugin's link into a server that the kit is part of: what the server need not look at is looked at here.
// Any thread, as Link says. The server and the log outlive it.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "kit/xp_host.hpp"
#include "link/xmpp_link.h"
#include "xmpp/jid.h"

namespace restanza::host {

class ServerLink final : public Link, public std::enable_shared_from_this<ServerLink> {
 public:
  // `domain`: prepared.
  ServerLink(std::string domain, uint64_t max_stanza, xp::host::Server& server, Log& log);

  xp_status send(xmpp::Stanza stanza, std::function<void()> writable) override;
  // What the work throws, as a rule for want of memory, does not reach the server's loop.
  void post(std::function<void()> work) override;
  bool up() const override;
  uint64_t max_stanza() const override { return max_stanza_; }
  // The server closes its connections itself; nothing waits here.
  void close(std::chrono::milliseconds within, std::function<void(size_t unsent)> done) override;

 private:
  bool is_account(const xmpp::Jid& from) const;

  const std::string domain_;
  const uint64_t max_stanza_;
  xp::host::Server& server_;
  Log& log_;
};

}  // namespace restanza::host
