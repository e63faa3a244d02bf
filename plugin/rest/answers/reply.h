// SPDX-License-Identifier: MIT
// The ways in which every resource ends an exchange: a refusal, or a stanza in the format that the client
// likes. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "http/exchange.h"
#include "mapping/codec.h"
#include "rest/answers/refusal.h"
#include "xmpp/stanza.h"

namespace restanza::rest {

void refuse(http::Exchange exchange, const http::Request& request, const Refusal& refusal);

// 200 with the stanza in the format of the best match of Accept; among equals the request's own format, then
// the first. What that format cannot hold is named in Unmapped-Elements.
void answer_with(http::Exchange exchange, const http::Request& request, xml::Element stanza,
                 const mapping::Options& options);

// The same for several stanzas, the last being the answer: one document, in order. One alone stands for
// itself.
void answer_with(http::Exchange exchange, const http::Request& request,
                 const std::vector<xmpp::Stanza>& stanzas, const mapping::Options& options);

// Names as the value of a header: those that fit into a line of its usual length.
std::string header_list(const std::vector<std::string>& names);

// A request with no more of `request` than the functions here look at; for exchanges that wait.
http::Request negotiating_headers(const http::Request& request);

// 200 with a document in JSON, whatever the client likes: the resources for operators have no other form.
void answer_json(http::Exchange exchange, std::string json);

}  // namespace restanza::rest
