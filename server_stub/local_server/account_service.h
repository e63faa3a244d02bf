// SPDX-License-Identifier: GPL-3.0-or-later
// What the server answers in an account's name: to its owner the session, an empty roster, ping and disco; to
// everybody else that there is nothing to ask for (RFC 6121 section 8.5.2.1.3). Pure functions, any thread.
#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace restanza::host::local {

// `request`: an iq get or set for the account `bare`, or one of its own without an address.
xmpp::Stanza answer_for_account(const xmpp::Stanza& request, const std::string& bare);

}  // namespace restanza::host::local
