// SPDX-License-Identifier: GPL-3.0-or-later
// What a client's stanza goes through before it is routed: its kind, its sender's address (RFC 6120 section
// 8.1.2.1), its form (section 8.2.3). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "xml/element.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_error.h"

namespace restanza::host::local {

struct Intake {
  std::string stream_error;                  // the condition that ends the stream; the rest is then unset
  std::optional<xmpp::StanzaError> refused;  // the reply to its sender, instead of routing it
  xmpp::Stanza stanza;                       // with `from` set, and with `to` where it goes without saying
};

Intake take_in(xml::Document element, const xmpp::Jid& sender);

// Whether a presence is about a subscription, which concerns accounts and not their clients.
bool is_subscription(const xmpp::Stanza& stanza);

}  // namespace restanza::host::local
