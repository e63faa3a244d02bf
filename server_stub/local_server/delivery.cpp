// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/delivery.h"

#include "local_server/account_service.h"
#include "local_server/intake.h"

namespace restanza::host::local {
namespace {

std::optional<xmpp::Stanza> absent(const xmpp::Stanza& stanza) {
  if (!xmpp::may_be_answered(stanza)) return std::nullopt;
  return xmpp::error_reply(stanza, {"cancel", "service-unavailable", ""});
}

}  // namespace

std::optional<xmpp::Stanza> Delivery::deliver(const xmpp::Stanza& stanza, const xmpp::Jid& to) {
  const std::string bare = to.bare();
  Session* session = to.resource.empty() ? nullptr : sessions_.find(to);
  if (session && !is_subscription(stanza)) {
    session->outlet->deliver(stanza.xml);
    return std::nullopt;
  }
  switch (stanza.kind) {
    case xmpp::Kind::presence:
      // To a client that is not there: ignored (section 8.5.3.2.2).
      if (to.resource.empty() || is_subscription(stanza)) presence_to_account(stanza, bare);
      return std::nullopt;
    case xmpp::Kind::message:
      // Only a chat message finds another client than the one it was for (section 8.5.3.2.1).
      if (to.resource.empty() || stanza.type == "chat") return message_to_account(stanza, bare);
      return stanza.type == "headline" ? std::nullopt : absent(stanza);
    case xmpp::Kind::iq:
      if (!stanza.is_request()) return std::nullopt;
      if (!to.resource.empty() || !(accounts_.exists(to.node) || sessions_.known(bare)))
        return absent(stanza);
      return answer_for_account(stanza, bare);
  }
  return std::nullopt;
}

std::optional<xmpp::Stanza> Delivery::message_to_account(const xmpp::Stanza& stanza,
                                                         const std::string& bare) {
  if (stanza.type == "error") return std::nullopt;
  if (stanza.type == "headline") {
    for (Session* at : sessions_.available(bare)) {
      if (at->priority >= 0) at->outlet->deliver(stanza.xml);
    }
    return std::nullopt;
  }
  Session* foremost = stanza.is_groupchat() ? nullptr : sessions_.foremost(bare);
  if (!foremost) return absent(stanza);
  foremost->outlet->deliver(stanza.xml);
  return std::nullopt;
}

void Delivery::presence_to_account(const xmpp::Stanza& stanza, const std::string& bare) {
  if (stanza.type == "probe") {
    presence_.show(bare, stanza.from);
    return;
  }
  if (stanza.type == "error") return;
  for (Session* at : sessions_.available(bare)) at->outlet->deliver(stanza.xml);
}

}  // namespace restanza::host::local
