// SPDX-License-Identifier: MIT
// Who sends, once the credentials have been accepted: the address to send as, and what else is allowed. A
// plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "rest/access/token.h"
#include "xmpp/stanza.h"

namespace restanza::rest {

struct Caller {
  std::string name;               // for logs: "component", an account, a token's name, "anonymous"
  std::string address;            // the `from` of a stanza that names none; prepared
  bool anonymous = false;         // nobody in particular: the address is another one each time
  bool account = false;           // the server answers for its address (RFC 6120 section 10.3.3)
  bool whole_domain = false;      // may send as any address at the domain of `address`
  std::vector<std::string> from;  // with whole_domain: only as these, where there are any
  std::vector<std::string> to;    // only to these, where there are any
  uint32_t kinds = 7;             // mask of xmpp::Kind
  uint32_t rights = kSend;
  std::optional<WallTime> expires;      // then the credential does
  std::optional<std::string> consumer;  // bound to this one, by a ticket
  std::optional<size_t> token = std::nullopt;  // which one of `rest_tokens`

  bool may_send_as(std::string_view jid) const;
  bool may_send_to(std::string_view jid) const;
  // What may be answered may be seen.
  bool may_see(const xmpp::Stanza& stanza) const {
    return may_send(stanza.kind) && may_send_as(stanza.to) && may_send_to(stanza.from);
  }
  bool may_send(xmpp::Kind kind) const { return (kinds & static_cast<uint32_t>(kind)) != 0; }
};

}  // namespace restanza::rest
