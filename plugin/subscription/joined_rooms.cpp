// SPDX-License-Identifier: MIT
#include "subscription/joined_rooms.h"

#include "xmpp/jid.h"
#include "xmpp/room.h"

namespace restanza::subscription {
namespace {

// NUL cannot stand in XML, so no part can pretend to be two. An occupant is known by its whole address: each
// of a bot's resources may be in the room, or not.
std::string place_of(std::string_view occupant, std::string_view room) {
  std::string place(occupant);
  place.append(1, '\0').append(xmpp::bare_of(room));
  return place;
}

}  // namespace

void JoinedRooms::note_sent(const xmpp::Stanza& stanza) {
  const bool leaves = stanza.kind == xmpp::Kind::presence && stanza.type == "unavailable";
  if (!leaves && !xmpp::asks_to_join(stanza)) return;
  std::list<std::string> place{place_of(stanza.from, stanza.to)};
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = places_.find(place.front());
  if (known != places_.end()) {
    if (!leaves) return order_.splice(order_.end(), order_, known->second);
    const auto left = known->second;
    places_.erase(known);
    order_.erase(left);
  } else if (!leaves) {
    used_ = true;
    places_.emplace(place.front(), place.begin());
    order_.splice(order_.end(), place);  // needs no memory, so that both have it or none
    if (order_.size() <= kRemembered) return;
    places_.erase(order_.front());
    order_.pop_front();
  }
}

bool JoinedRooms::sent(const xmpp::Stanza& stanza) const {
  if (!used_) return false;
  const std::string place = place_of(stanza.to, stanza.from);
  const std::lock_guard<std::mutex> lock(mutex_);
  return places_.count(place) != 0;
}

}  // namespace restanza::subscription
