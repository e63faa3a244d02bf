// SPDX-License-Identifier: MIT
#include "rest/caller.h"

#include <algorithm>

#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

bool covered(const std::vector<std::string>& patterns, std::string_view jid) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return config::covers(pattern, jid);
         });
}

}  // namespace

bool Caller::may_send_as(std::string_view jid) const {
  if (whole_domain) return xmpp::domain_of(jid) == xmpp::domain_of(address) && covered(from, jid);
  return jid == address || xmpp::bare_of(jid) == address;
}

bool Caller::may_send_to(std::string_view jid) const {
  return covered(to, jid);
}

}  // namespace restanza::rest
