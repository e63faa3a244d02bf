// SPDX-License-Identifier: MIT
// What tells the sender of a stanza that this side has failed it. Pure function, any thread.
#pragma once

#include <optional>

#include "xmpp/stanza_error.h"
#include "xmpp/stanza_tree.h"

namespace restanza::subscription {

// Absent where nobody may be told. `in_room`: the stanza comes from a room that its recipient has joined, or
// from an occupant there; an error for a message or presence of a room would put the recipient out of it. A
// ping from a room, by which the recipient finds out whether it still is there (XEP-0410), is answered all
// the same.
std::optional<xmpp::Stanza> failure_reply(const xmpp::StanzaTree& tree, const xmpp::StanzaError& error,
                                          bool in_room);

}  // namespace restanza::subscription
