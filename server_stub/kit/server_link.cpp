// SPDX-License-Identifier: MIT
#include "kit/server_link.h"

#include <utility>

#include "base/guarded.h"

namespace restanza::host {

ServerLink::ServerLink(std::string domain, uint64_t max_stanza, xp::host::Server& server, Log& log)
    : domain_(std::move(domain)), max_stanza_(max_stanza), server_(server), log_(log) {}

xp_status ServerLink::send(xmpp::Stanza stanza, std::function<void()> writable) {
  if (stanza.xml.size() > max_stanza_) return XP_TOO_BIG;
  if (stanza.kind == xmpp::Kind::iq && !stanza.is_valid_iq()) return XP_INVALID;
  const auto from = xmpp::Jid::parse(stanza.from);
  if (!from || (from->domain != domain_ && !is_account(*from))) return XP_DENIED;
  return server_.send(std::move(stanza.xml), std::move(writable));
}

bool ServerLink::is_account(const xmpp::Jid& from) const {
  const bool any = server_.has_accounts() || server_.has_bearers();
  return any && !from.node.empty() && server_.is_account(from.bare());
}

void ServerLink::post(std::function<void()> work) {
  server_.post([task = std::move(work), self = weak_from_this()] {
    try {
      task();
    } catch (const std::exception& thrown) {
      const auto link = self.lock();  // the loop may run on after the host
      if (link) log_thrown(link->log_, "work of the loop", thrown);
    } catch (...) {
      if (const auto link = self.lock()) link->log_.error("work of the loop failed");
    }
  });
}

bool ServerLink::up() const {
  return server_.is_up();
}

void ServerLink::close(std::chrono::milliseconds, std::function<void(size_t unsent)> done) {
  done(0);
}

}  // namespace restanza::host
