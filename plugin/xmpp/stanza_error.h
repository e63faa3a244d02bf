// SPDX-License-Identifier: MIT
// Stanza errors (RFC 6120 section 8.3) and the replies that carry them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace restanza::xmpp {

inline constexpr const char* kStanzasNamespace = "urn:ietf:params:xml:ns:xmpp-stanzas";

struct StanzaError {
  std::string type;       // "auth", "cancel", "continue", "modify", "wait"
  std::string condition;  // "service-unavailable"
  std::string text;       // for people; may be empty
};

// The reply that says why `stanza` failed: addresses swapped, the same id, type error.
Stanza error_reply(const Stanza& stanza, const StanzaError& error);

// The empty result for an iq.
Stanza result_reply(const Stanza& iq);

// Whether an error may be sent for it at all: never for an error or an iq result (RFC 6120 section 8.3.1).
bool may_be_answered(const Stanza& stanza);

// Whether its sender may be told that it failed: as above, and neither for a message nor for presence that
// came from a room or through one (xmpp/room.h). A room takes such an error for the end of an occupant, and
// who sends one is out of the room.
bool may_get_error(const Stanza& stanza);

// Whether its sender is told where it could not be taken: as above, for requests and messages, which somebody
// waits for, and not for presence.
bool may_be_refused(const Stanza& stanza);

}  // namespace restanza::xmpp
