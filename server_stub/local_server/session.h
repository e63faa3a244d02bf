// SPDX-License-Identifier: GPL-3.0-or-later
// One logged-in client with its bound address, and where its stanzas go. The loop's thread only.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "xmpp/jid.h"

namespace restanza::host::local {

// Where the stanzas for a client go. Only `evict` calls back into the user of it.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void deliver(std::string_view xml) = 0;
  virtual void evict() = 0;  // another client took the address: ends the stream, and the session with it
};

struct Session {
  xmpp::Jid jid;
  Outlet* outlet = nullptr;
  bool available = false;          // has sent initial presence (RFC 6121 section 4.2)
  int priority = 0;                // -128 to 127 (RFC 6121 section 4.7.2.3)
  uint64_t since = 0;              // rises with each available presence, over all sessions
  std::string presence;            // the last available one, as it was sent
  std::set<std::string> directed;  // who else learns that it has gone (RFC 6121 section 4.6)
};

}  // namespace restanza::host::local
