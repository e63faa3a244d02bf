// SPDX-License-Identifier: MIT
// Which stanzas an endpoint asks for, as its settings say it. A plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace restanza::subscription {

// What a stanza is addressed to, by the shape of its `to`.
enum class Event : uint32_t { bare = 1, full = 2, host = 4 };

constexpr uint32_t mask(xmpp::Kind kind) {
  return static_cast<uint32_t>(kind);
}
constexpr uint32_t mask(Event event) {
  return static_cast<uint32_t>(event);
}
inline constexpr uint32_t kAllKinds =
    mask(xmpp::Kind::message) | mask(xmpp::Kind::presence) | mask(xmpp::Kind::iq);
inline constexpr uint32_t kAllEvents = mask(Event::bare) | mask(Event::full) | mask(Event::host);

struct StanzaFilter {
  std::string domain;                   // the plugin's own, prepared
  uint32_t kinds = kAllKinds;           // of xmpp::Kind
  uint32_t events = kAllEvents;         // of Event
  std::vector<std::string> types;       // of stanzas, "normal" and "available" for none; empty: all
  std::vector<std::string> from, to;    // address patterns; empty: all
  std::vector<std::string> namespaces;  // one child at least has one of these; empty: all
};

}  // namespace restanza::subscription
