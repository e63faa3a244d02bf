// SPDX-License-Identifier: GPL-3.0-or-later
// Presence between logged-in users (RFC 6121 section 4). Rosters are empty here, and users of a development
// server want to see each other: everybody counts as subscribed to everybody. The loop's thread only.
#pragma once

#include <functional>
#include <string>

#include "local_server/session_table.h"
#include "xmpp/stanza.h"

namespace restanza::host::local {

class Presence {
 public:
  // `route` takes what leaves for an address that is no session's.
  Presence(SessionTable& sessions, size_t max_directed, std::function<void(xmpp::Stanza)> route)
      : sessions_(sessions), max_directed_(max_directed), route_(std::move(route)) {}

  // A client's presence without an address.
  void announce(Session& session, const xmpp::Stanza& presence);
  // Remembers whom a client showed itself to.
  void note_directed(Session& session, const xmpp::Stanza& presence);
  // The client has gone, with or without a word. Where this throws, calling it again tells the rest, and some
  // twice.
  void gone(Session& session);
  // To every available session.
  void broadcast(const xmpp::Stanza& presence, const Session* but = nullptr);
  // Answers a probe for an account.
  void show(const std::string& bare, const std::string& to);

 private:
  void become_available(Session& session, const xmpp::Stanza& presence);
  void become_unavailable(Session& session, const xmpp::Stanza& presence);

  SessionTable& sessions_;
  const size_t max_directed_;
  const std::function<void(xmpp::Stanza)> route_;
  uint64_t announcements_ = 0;
};

}  // namespace restanza::host::local
