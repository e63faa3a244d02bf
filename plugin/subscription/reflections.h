// SPDX-License-Identifier: MIT
// Tells a room's reflection of a message from here (XEP-0045 section 7.4) from what others say there. It
// remembers the latest messages to rooms by their ids; the reflection comes first, so whoever answers to an
// id first is the bot's own occupant, and nobody else can hide behind the id later. Any thread.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "xmpp/stanza.h"

namespace restanza::subscription {

class Reflections {
 public:
  static constexpr size_t kRemembered = 4096;  // messages; older ones are forgotten

  // Before the stanza is sent; anything but a groupchat message with an id is of no interest.
  void note_sent(const xmpp::Stanza& stanza);

  bool is_reflection(const xmpp::Stanza& stanza);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> occupant_;  // by sender, room and id; empty until seen
  std::deque<std::string> order_;
};

}  // namespace restanza::subscription
