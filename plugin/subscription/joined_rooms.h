// SPDX-License-Identifier: MIT
// The rooms (XEP-0045) that somebody here has joined, as far as what was sent tells: not all that a room
// sends to its occupants shows by itself that it is a room's. Only what leaves here is noted, so that nobody
// outside can fill it. What was joined before a restart is not known. Any thread.
#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "xmpp/stanza.h"

namespace restanza::subscription {

class JoinedRooms {
 public:
  static constexpr size_t kRemembered = 10000;  // who joined which; what was joined longest ago is forgotten

  // Presence that joins a room, or that leaves one; anything else is of no interest.
  void note_sent(const xmpp::Stanza& stanza);

  // Whether the stanza comes from a room, or an occupant of it, that its recipient has joined.
  bool sent(const xmpp::Stanza& stanza) const;

 private:
  std::atomic<bool> used_{false};  // spares those that no room concerns the rest
  mutable std::mutex mutex_;
  std::list<std::string> order_;
  std::unordered_map<std::string_view, std::list<std::string>::iterator> places_;  // keys stand in order_
};

}  // namespace restanza::subscription
