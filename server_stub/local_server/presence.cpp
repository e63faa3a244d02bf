// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/presence.h"

#include <charconv>
#include <vector>

#include "base/str.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::host::local {
namespace {

// RFC 6121 section 4.7.2.3: -128 to 127, 0 where there is none.
int priority_in(xml::Element presence) {
  const std::string text = presence.child("priority", xml::kContentNamespace).text();
  const std::string_view digits = trim(text);
  int priority = 0;
  const auto end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, priority);
  const bool whole = read.ec == std::errc() && read.ptr == end;
  return whole && priority >= -128 && priority <= 127 ? priority : 0;
}

std::string addressed(xml::Element presence, const std::string& to) {
  presence.set_attribute("to", to);
  return xml::write(presence);
}

xmpp::Stanza unavailable(const std::string& from) {
  xml::Document presence("presence", xml::kContentNamespace);
  presence.root().set_attribute("type", "unavailable");
  presence.root().set_attribute("from", from);
  return *xmpp::to_stanza(presence.root());
}

}  // namespace

void Presence::announce(Session& session, const xmpp::Stanza& presence) {
  if (presence.type.empty()) {
    become_available(session, presence);
  } else if (presence.type == "unavailable") {
    become_unavailable(session, presence);
  }
}

void Presence::become_available(Session& session, const xmpp::Stanza& presence) {
  const auto document = xml::parse(presence.xml);
  if (!document) return;
  const bool initial = !session.available;
  session.available = true;
  session.priority = priority_in(document->root());
  session.since = ++announcements_;
  session.presence = presence.xml;
  broadcast(presence);
  if (!initial) return;
  for (Session* other : sessions_.available()) {
    if (other == &session) continue;
    if (const auto shown = xml::parse(other->presence)) {
      session.outlet->deliver(addressed(shown->root(), session.jid.full()));
    }
  }
}

void Presence::become_unavailable(Session& session, const xmpp::Stanza& presence) {
  const auto document = xml::parse(presence.xml);
  if (!document) return;
  if (session.available) {
    broadcast(presence, &session);
    session.available = false;
    session.presence.clear();
  }
  for (auto& directed = session.directed; !directed.empty(); directed.erase(directed.begin())) {
    document->root().set_attribute("to", *directed.begin());
    route_(*xmpp::to_stanza(document->root()));
  }
}

void Presence::note_directed(Session& session, const xmpp::Stanza& presence) {
  if (presence.type == "unavailable") {
    session.directed.erase(presence.to);
  } else if (presence.type.empty() && session.directed.size() < max_directed_) {
    session.directed.insert(presence.to);
  }
}

void Presence::gone(Session& session) {
  become_unavailable(session, unavailable(session.jid.full()));
}

void Presence::broadcast(const xmpp::Stanza& presence, const Session* but) {
  const auto document = xml::parse(presence.xml);
  if (!document) return;
  for (Session* at : sessions_.available()) {
    if (at != but) at->outlet->deliver(addressed(document->root(), at->jid.bare()));
  }
}

void Presence::show(const std::string& bare, const std::string& to) {
  for (Session* at : sessions_.available(bare)) {
    const auto document = xml::parse(at->presence);
    if (!document) continue;
    document->root().set_attribute("to", to);
    route_(*xmpp::to_stanza(document->root()));
  }
}

}  // namespace restanza::host::local
