// SPDX-License-Identifier: MIT
// From a stanza and the outcome of its request to the stanzas that go back. Pure functions, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "webhook/outcome.h"
#include "xml/element.h"
#include "xmpp/stanza.h"

namespace restanza::webhook {

// Reads an answer's body as a stanza by its media type (without parameters, lower case).
using Decoder = std::function<Result<xml::Document>(std::string_view media_type, std::string_view body)>;

// The decoder that knows application/xmpp+xml only.
Result<xml::Document> decode_xml(std::string_view media_type, std::string_view body);

inline constexpr size_t kMaxErrorText = 1024;  // bytes of a text/plain body that an error's text takes over

struct Answer {
  std::vector<xmpp::Stanza> stanzas;  // what to send, in this order
  std::string warning;                // for the log; empty where all went well
};

Answer answer_to(const xmpp::Stanza& stanza, const Outcome& outcome, const Decoder& decode);

}  // namespace restanza::webhook
