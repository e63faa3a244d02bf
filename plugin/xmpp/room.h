// SPDX-License-Identifier: MIT
// What a stanza says of rooms (XEP-0045) by itself. Pure functions, any thread.
#pragma once

#include "xmpp/stanza.h"

namespace restanza::xmpp {

// Whether it comes from a room or through one: a groupchat message, or presence or a message that is marked
// as rooms mark what they send for their occupants. Whoever else marks a stanza so is taken for a room.
bool is_of_room(const Stanza& stanza);

// Whether its sender asks to be let into a room.
bool asks_to_join(const Stanza& stanza);

}  // namespace restanza::xmpp
