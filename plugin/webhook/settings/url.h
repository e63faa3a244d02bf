// SPDX-License-Identifier: MIT
// A webhook's URL, taken apart (RFC 3986) and checked for what a request line and a Host header can carry.
// A plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace restanza::webhook {

struct Url {
  bool tls = false;
  std::string host;  // an IPv6 address stands without brackets
  uint16_t port = 0;
  std::string target;         // path and query; may hold {fields}
  std::string authorization;  // the header's value where the URL names a user, else empty

  // An error names the URL, without its user part, and the remedy.
  static Result<Url> parse(std::string_view text);

  std::string origin() const;  // "https://example.net:8443"; safe to log
};

}  // namespace restanza::webhook
