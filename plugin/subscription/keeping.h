// SPDX-License-Identifier: MIT
// Which stanzas are worth delivering late. Pure function, any thread.
#pragma once

#include "xmpp/stanza_tree.h"

namespace restanza::subscription {

// Messages are, but for chat states alone (XEP-0085): nobody cares who typed an hour ago. So are requests to
// subscribe to presence (RFC 6121 section 3.1). Other presence tells of a moment; and who sent an iq does not
// wait.
bool worth_keeping(const xmpp::StanzaTree& tree);

}  // namespace restanza::subscription
