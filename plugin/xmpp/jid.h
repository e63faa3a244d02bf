// SPDX-License-Identifier: MIT
// XMPP addresses (RFC 6122): split at the first '/' and then at '@', each part prepared with its stringprep
// profile by libidn, which is used in this folder only. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace restanza::xmpp {

struct Jid {
  std::string node;  // localpart; empty where there is none
  std::string domain;
  std::string resource;

  // Prepared, so that equal addresses have equal texts; an error names the part that is wrong.
  static Result<Jid> parse(std::string_view text);

  std::string bare() const { return node.empty() ? domain : node + "@" + domain; }
  std::string full() const { return resource.empty() ? bare() : bare() + "/" + resource; }

  bool operator==(const Jid& other) const {
    return node == other.node && domain == other.domain && resource == other.resource;
  }
};

// The whole address, prepared; the same as parse and full.
Result<std::string> prepared(std::string text);

// The text before the first '/'; for addresses that are prepared already.
std::string_view bare_of(std::string_view jid);
// The part between '@' and '/'; likewise.
std::string_view domain_of(std::string_view jid);

// SASLprep (RFC 4013) of a user name or password. An error where the text cannot be prepared.
Result<std::string> saslprep(std::string_view text);

}  // namespace restanza::xmpp
