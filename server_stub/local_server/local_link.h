// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin's link into the embedded server: what it sends waits in its port until the loop routes it. Any
// thread. The port is shared with the router until the link is destroyed, which waits for the loop.
#pragma once

#include <atomic>
#include <memory>

#include "base/log.h"
#include "link/xmpp_link.h"
#include "local_server/link_domains.h"
#include "local_server/stanza_router.h"
#include "net/event_loop.h"

namespace restanza::host::local {

class LocalLink final : public Link {
 public:
  struct Parts {
    EventLoop& loop;
    StanzaRouter& router;
    LinkDomains& domains;
    uint64_t max_stanza;
    Log& log;
  };

  // The port's domain has been added to the domains.
  LocalLink(std::shared_ptr<PluginPort> port, const Parts& parts);
  ~LocalLink() override;

  xp_status send(xmpp::Stanza stanza, std::function<void()> writable) override;
  void post(std::function<void()> work) override;
  bool up() const override;
  uint64_t max_stanza() const override { return parts_.max_stanza; }
  void close(std::chrono::milliseconds within, std::function<void(size_t unsent)> done) override;

 private:
  class Closing;
  static bool post_routing(const Parts& parts, const std::shared_ptr<PluginPort>& port);
  static void route_some(const Parts& parts, const std::shared_ptr<PluginPort>& port);

  const std::shared_ptr<PluginPort> port_;
  const Parts parts_;
  std::atomic<bool> closed_{false};
};

}  // namespace restanza::host::local
