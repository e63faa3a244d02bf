// SPDX-License-Identifier: GPL-3.0-or-later
// One plugin as the router sees it: its domain, its hooks, what it sent. Shared by its link and the router.
// `sent` is for any thread, the rest for the loop's only. The hooks (Inbound) belong to the host.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "link/domain_service.h"
#include "link/xmpp_link.h"
#include "local_server/injected_record.h"
#include "local_server/sent_queue.h"
#include "local_server/settings.h"

namespace restanza::host::local {

struct PluginPort : std::enable_shared_from_this<PluginPort> {
  PluginPort(std::string its_domain, Inbound& hooks, const LocalSettings& settings, const Clock& clock)
      : domain(std::move(its_domain)),
        inbound(hooks),
        service({domain, "component", "generic", {}}, clock),
        sent(settings.link_stanzas, settings.link_bytes),
        requests(settings.injected_requests, settings.injected_for, clock),
        others(settings.injected_requests, settings.injected_for, clock) {}

  // Messages and presence are kept apart, so that many of them cannot push out an iq that is waited for.
  InjectedRecord& record_of(xmpp::Kind kind) { return kind == xmpp::Kind::iq ? requests : others; }

  const std::string domain;
  Inbound& inbound;
  const DomainService service;  // answers where the hooks pass, on a domain of the plugin's own
  SentQueue sent;
  InjectedRecord requests;
  InjectedRecord others;
  bool attached = true;            // false once the link has ended: nothing of it runs any more
  size_t offers = 0;               // that the hooks have not returned yet
  std::function<void()> on_quiet;  // called once when none is left; set while the link closes
};

}  // namespace restanza::host::local
