// SPDX-License-Identifier: GPL-3.0-or-later
// The rules for stanzas to an account (RFC 6121 section 8.5): which of its clients get one, and what its
// sender gets where none does. Nothing is stored for later and nothing is copied to other clients. The loop's
// thread only.
#pragma once

#include <functional>
#include <optional>

#include "local_server/presence.h"
#include "local_server/sasl/accounts.h"
#include "local_server/session_table.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_error.h"

namespace restanza::host::local {

class Delivery {
 public:
  Delivery(SessionTable& sessions, Presence& presence, const Accounts& accounts)
      : sessions_(sessions), presence_(presence), accounts_(accounts) {}

  // What the sender is answered, if anything.
  std::optional<xmpp::Stanza> deliver(const xmpp::Stanza& stanza, const xmpp::Jid& to);

 private:
  std::optional<xmpp::Stanza> message_to_account(const xmpp::Stanza& stanza, const std::string& bare);
  void presence_to_account(const xmpp::Stanza& stanza, const std::string& bare);

  SessionTable& sessions_;
  Presence& presence_;
  const Accounts& accounts_;
};

}  // namespace restanza::host::local
