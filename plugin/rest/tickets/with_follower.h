// SPDX-License-Identifier: MIT
// Who follows an event stream: by credentials with the right `receive`, or by a ticket in the query, for a
// browser's EventSource cannot send headers. Any thread, never blocks. What is referred to must outlive the
// exchange.
#pragma once

#include "rest/access/with_caller.h"
#include "rest/tickets/tickets.h"

namespace restanza::rest {

// Goes on with the caller, or refuses. A ticket is in use until the exchange ends. Another credential in the
// query is refused: addresses end up in logs.
void with_follower(const Credentials& credentials, Tickets& tickets, http::Exchange exchange,
                   http::Request request, WithCaller next);

}  // namespace restanza::rest
