// SPDX-License-Identifier: MIT
#include "rest/access/account_name.h"

#include "base/str.h"
#include "xmpp/jid.h"

namespace restanza::rest {

std::string account_of(std::string_view name) {
  const std::string_view node = name.substr(0, name.find_first_of("@/"));
  const auto jid = xmpp::Jid::parse(std::string(node) + "@x");
  return jid ? jid->node : ascii_lower(node);
}

}  // namespace restanza::rest
