// SPDX-License-Identifier: MIT
// A bearer token of `rest_tokens`: what it is recognized by and what it may do. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace restanza::rest {

enum TokenRight : uint32_t { kSend = 1, kReceive = 2, kAdmin = 4 };
inline constexpr uint32_t kAllRights = kSend | kReceive | kAdmin;

struct Token {
  std::string name;    // for people and logs; the token itself is never stored
  std::string sha256;  // of the token: 32 bytes
  uint32_t rights = kSend;
  std::vector<std::string> from;  // address patterns at the plugin's domain; empty: any address there
  std::vector<std::string> to;    // address patterns; empty: anywhere
  uint32_t kinds = 7;             // mask of xmpp::Kind
  std::optional<WallTime> expires;
  double rate = 0;  // requests a second; 0: any number
};

}  // namespace restanza::rest
