// SPDX-License-Identifier: MIT
// HTTP status codes as stanza errors, as mod_rest's users know them. Pure function, any thread.
#pragma once

#include "xmpp/stanza_error.h"

namespace restanza::webhook {

// For a status that is no success: type, condition, and the text "404 Not Found".
xmpp::StanzaError error_for_status(int status);

}  // namespace restanza::webhook
