// SPDX-License-Identifier: MIT
// The request line and the header fields of one request, checked before anything else looks at them: whatever
// two HTTP programs could read differently is refused, so that no request hides in another one.
//
// Threads: pure functions, any thread. Ownership: results own their bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http_front/message/head_limits.h"
#include "http_front/message/header.h"

namespace restanza::host {

// An answer that the front gives by itself; the connection closes after it.
struct Refusal {
  int code;
  std::string reason;  // a sentence for the body
};

struct RequestHead {
  std::string method;
  std::string path;
  std::string query;
  std::string host;  // the authority of an absolute target, else the Host header
  std::vector<Header> headers;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  std::optional<uint64_t> length;

  bool has_body() const { return chunked || length.value_or(0) > 0; }
};

// `text` runs from the request line to the end of the last field's line, every line ending in CRLF.
Result<RequestHead, Refusal> parse_head(std::string_view text, const HeadLimits& limits);

bool is_token(std::string_view text);        // RFC 9110 section 5.6.2
bool is_field_value(std::string_view text);  // no control character but the tab

}  // namespace restanza::host
