// SPDX-License-Identifier: MIT
// A bearer token of `rest_tokens`: what it is recognized by and what it may do. A plain value; reading it is
// internal to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace restanza::config {

class Reader;

enum Right : uint32_t { kSend = 1, kReceive = 2, kAdmin = 4 };
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

// `domain` is the plugin's, prepared: tokens may only send from addresses there.
void read_tokens(Reader& reader, std::string_view domain, std::vector<Token>& tokens);

}  // namespace restanza::config
