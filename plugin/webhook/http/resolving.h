// SPDX-License-Identifier: MIT
// Finds the addresses of an endpoint's host, and leaves out those that must not be asked. An address that
// comes out is the one that is connected to, so that no later answer of the name server can lead elsewhere.
// Any thread; waits as long as the system's resolver does (resolv.conf(5)).
#pragma once

#include <netdb.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "webhook/settings/url.h"

namespace restanza::webhook {

// Addresses as numbers, in the resolver's order; at least one. An error says for people why there is none.
using Addresses = Result<std::vector<std::string>>;
using Resolve = std::function<Addresses(const Url& url, bool public_only)>;

// Asks the system's resolver. With `public_only` only public addresses count (`is_public`).
Addresses resolve(const Url& url, bool public_only);

// The same for what the resolver has said of the name.
Addresses allowed(const addrinfo* resolved, const std::string& name, bool public_only);

}  // namespace restanza::webhook
