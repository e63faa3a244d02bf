// SPDX-License-Identifier: MIT
// Opens the TCP connection of a webhook's request. The name is resolved here and the address that comes out
// is the one that is checked and connected to, each time anew, so that no later answer of the name server can
// lead elsewhere. Any thread; the caller owns the socket.
#pragma once

#include <netdb.h>

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "webhook/url.h"
#include "webhook/watchdog.h"

namespace restanza::webhook {

// The first address of the URL's host that takes the connection. Each gets its share of the time until then,
// so that a dead one does not use up what the others need. With `public_only` none is tried that is not
// public. The watchdog can cut it short. An error says for people what there is instead of a connection.
Result<int> connect_to(const Url& url, bool public_only, Instant until, Watchdog& watchdog);

// The same for addresses that are known, which `name` stands for.
Result<int> connect_to_any(const addrinfo* known, const std::string& name, bool public_only, Instant until,
                           Watchdog& watchdog);

}  // namespace restanza::webhook
