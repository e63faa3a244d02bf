// SPDX-License-Identifier: MIT
#include "rest/access/caller.h"

#include "xmpp/jid.h"
#include "xmpp/pattern.h"

namespace restanza::rest {

bool Caller::may_send_as(std::string_view jid) const {
  if (whole_domain) return xmpp::domain_of(jid) == xmpp::domain_of(address) && xmpp::covers(from, jid);
  return jid == address || xmpp::bare_of(jid) == address;
}

bool Caller::may_send_to(std::string_view jid) const {
  return xmpp::covers(to, jid);
}

}  // namespace restanza::rest
