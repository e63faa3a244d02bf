// SPDX-License-Identifier: MIT
// Which requests are batches, and in which form. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/request.h"

namespace restanza::rest {

enum class BatchForm {
  lines,  // a stanza in JSON a line
  xml,    // stanzas in one element
};

inline constexpr const char* kLinesType = "application/x-ndjson";
inline constexpr const char* kBatchXmlType = "application/xml";
inline constexpr const char* kBatchNamespace = "urn:restanza:batch:0";

// Of a POST to the place where stanzas are posted. A body that came whole under the media type of stanzas is
// a batch where its root is called 'xmpp', as that of no stanza.
std::optional<BatchForm> batch_form(const http::Request& request);

// How long the body may be that comes in pieces, by the request's method, its path and its Content-Type; 0:
// it is none of a batch.
uint64_t longest_batch(std::string_view method, std::string_view path, std::string_view type);

}  // namespace restanza::rest
