// SPDX-License-Identifier: GPL-3.0-or-later
// The domains that plugins are attached at, and which addresses a link may send from. Any thread; the
// accounts outlive it.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "local_server/sasl/accounts.h"
#include "xmpp/jid.h"

namespace restanza::host::local {

class LinkDomains {
 public:
  explicit LinkDomains(const Accounts& accounts) : accounts_(accounts) {}

  // False: it is there already.
  bool add(const std::string& domain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return domains_.insert(domain).second;
  }

  void remove(const std::string& domain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    domains_.erase(domain);
  }

  // Whether the link at `domain` may send from this address: accounts, which the plugin has authenticated,
  // any address at plugins' domains, and the server's domain where the link stands for it.
  bool may_send(const std::string& domain, const xmpp::Jid& from) const {
    if (from.domain == accounts_.domain()) {
      return from.node.empty() ? domain == from.domain && from.resource.empty() : accounts_.exists(from.node);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    return domains_.count(from.domain) > 0;
  }

 private:
  const Accounts& accounts_;
  mutable std::mutex mutex_;
  std::set<std::string> domains_;
};

}  // namespace restanza::host::local
