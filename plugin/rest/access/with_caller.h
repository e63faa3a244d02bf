// SPDX-License-Identifier: MIT
// The check of a request's credentials as the first step of its handling. Any thread, never blocks. The
// credentials must outlive the exchange.
#pragma once

#include <functional>

#include "http/exchange.h"
#include "rest/access/credentials.h"

namespace restanza::rest {

// Checks the credentials and goes on with the caller, or refuses.
using WithCaller = std::function<void(http::Exchange, const http::Request&, const Caller&)>;
void with_caller(const Credentials& credentials, http::Exchange exchange, http::Request request,
                 WithCaller next);

// The same, and refuses who lacks the right `admin`, and what is too large to have been read.
void with_admin(const Credentials& credentials, http::Exchange exchange, http::Request request,
                WithCaller next);

// As `with_admin`, for the right `receive`.
void with_receiver(const Credentials& credentials, http::Exchange exchange, http::Request request,
                   WithCaller next);

}  // namespace restanza::rest
