// SPDX-License-Identifier: GPL-3.0-or-later
// The sessions by address. The loop's thread only. Owns them; pointers stay valid until `remove`.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "local_server/session.h"

namespace restanza::host::local {

class SessionTable {
 public:
  Session& add(const xmpp::Jid& jid, Outlet& outlet);
  void remove(const Session& session);

  Session* find(const xmpp::Jid& full);
  bool known(const std::string& bare) const { return accounts_.count(bare) > 0; }
  size_t count(const std::string& bare) const;

  // Snapshots: what is done with one may end others.
  std::vector<Session*> available();
  std::vector<Session*> available(const std::string& bare);
  // Where a chat message to the bare address goes (RFC 6121 section 8.5.2.1.1): the highest priority that is
  // not negative, of equals the one that was announced last. None: nobody is there for it.
  Session* foremost(const std::string& bare);

 private:
  std::map<std::string, std::map<std::string, Session>> accounts_;  // bare -> resource
};

}  // namespace restanza::host::local
