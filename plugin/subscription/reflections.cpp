// SPDX-License-Identifier: MIT
#include "subscription/reflections.h"

#include "xmpp/jid.h"

namespace restanza::subscription {
namespace {

bool identifiable(const xmpp::Stanza& stanza) {
  return stanza.is_groupchat() && !stanza.id.empty();
}

// NUL cannot stand in XML, so no part can pretend to be two.
std::string key_of(std::string_view sender, std::string_view room, std::string_view id) {
  std::string key(xmpp::bare_of(sender));
  key.append(1, '\0').append(xmpp::bare_of(room)).append(1, '\0').append(id);
  return key;
}

}  // namespace

void Reflections::note_sent(const xmpp::Stanza& stanza) {
  if (!identifiable(stanza)) return;
  std::string key = key_of(stanza.from, stanza.to, stanza.id);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!occupant_.emplace(key, std::string()).second) return;
  order_.push_back(std::move(key));
  if (order_.size() <= kRemembered) return;
  occupant_.erase(order_.front());
  order_.pop_front();
}

bool Reflections::is_reflection(const xmpp::Stanza& stanza) {
  if (!identifiable(stanza)) return false;
  const std::string key = key_of(stanza.to, stanza.from, stanza.id);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = occupant_.find(key);
  if (found == occupant_.end()) return false;
  if (found->second.empty()) found->second = stanza.from;
  return found->second == stanza.from;
}

}  // namespace restanza::subscription
