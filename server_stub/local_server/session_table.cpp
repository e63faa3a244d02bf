// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/session_table.h"

namespace restanza::host::local {

Session& SessionTable::add(const xmpp::Jid& jid, Outlet& outlet) {
  Session session;
  session.jid = jid;
  session.outlet = &outlet;
  const auto account = accounts_.try_emplace(jid.bare()).first;
  try {
    return account->second.insert_or_assign(jid.resource, std::move(session)).first->second;
  } catch (...) {
    if (account->second.empty()) accounts_.erase(account);
    throw;
  }
}

void SessionTable::remove(const Session& session) {
  const auto account = accounts_.find(session.jid.bare());
  if (account == accounts_.end()) return;
  account->second.erase(account->second.find(session.jid.resource));
  if (account->second.empty()) accounts_.erase(account);
}

Session* SessionTable::find(const xmpp::Jid& full) {
  const auto account = accounts_.find(full.bare());
  if (account == accounts_.end()) return nullptr;
  const auto session = account->second.find(full.resource);
  return session == account->second.end() ? nullptr : &session->second;
}

size_t SessionTable::count(const std::string& bare) const {
  const auto account = accounts_.find(bare);
  return account == accounts_.end() ? 0 : account->second.size();
}

std::vector<Session*> SessionTable::available() {
  std::vector<Session*> found;
  for (auto& account : accounts_) {
    for (auto& entry : account.second) {
      if (entry.second.available) found.push_back(&entry.second);
    }
  }
  return found;
}

std::vector<Session*> SessionTable::available(const std::string& bare) {
  std::vector<Session*> found;
  const auto account = accounts_.find(bare);
  if (account == accounts_.end()) return found;
  for (auto& entry : account->second) {
    if (entry.second.available) found.push_back(&entry.second);
  }
  return found;
}

Session* SessionTable::foremost(const std::string& bare) {
  Session* best = nullptr;
  for (Session* at : available(bare)) {
    if (at->priority < 0) continue;
    const bool better =
        !best || at->priority > best->priority || (at->priority == best->priority && at->since > best->since);
    if (better) best = at;
  }
  return best;
}

}  // namespace restanza::host::local
