// SPDX-License-Identifier: MIT
// The ways in which every resource ends an exchange: a refusal, or a stanza in the format that the client
// likes. Any thread.
#pragma once

#include <functional>

#include "http/exchange.h"
#include "rest/credentials.h"

namespace restanza::rest {

void refuse(http::Exchange exchange, const http::Request& request, const Refusal& refusal);

// The stanza as 200, in the format of the best match of Accept; among equals the request's own format, then
// the first.
http::Response encoded(xml::Element stanza, const http::Request& request);

// The same from a stanza's text, which is taken as it is where the format is XML.
void answer_with(http::Exchange exchange, const http::Request& request, const xmpp::Stanza& stanza);

// A request with no more of `request` than the functions here look at; for exchanges that wait.
http::Request negotiating_headers(const http::Request& request);

// Checks the credentials and goes on with the caller, or refuses.
using WithCaller = std::function<void(http::Exchange, const http::Request&, const Caller&)>;
void with_caller(const Credentials& credentials, http::Exchange exchange, http::Request request,
                 WithCaller next);

}  // namespace restanza::rest
