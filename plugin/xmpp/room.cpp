// SPDX-License-Identifier: MIT
#include "xmpp/room.h"

#include "xml/gate.h"

namespace restanza::xmpp {
namespace {

constexpr const char* kJoin = "http://jabber.org/protocol/muc";           // XEP-0045 section 7.2.1
constexpr const char* kOccupant = "http://jabber.org/protocol/muc#user";  // sections 7.1 and 7.5

bool has_mark(const Stanza& stanza, const char* ns) {
  if (stanza.xml.find(ns) == std::string::npos) return false;  // spares most stanzas the parser
  const auto document = xml::parse(stanza.xml);
  return document && document->root().child("x", ns);
}

}  // namespace

bool is_of_room(const Stanza& stanza) {
  return stanza.is_groupchat() || (stanza.kind != Kind::iq && has_mark(stanza, kOccupant));
}

bool asks_to_join(const Stanza& stanza) {
  return stanza.kind == Kind::presence && stanza.type.empty() && has_mark(stanza, kJoin);
}

}  // namespace restanza::xmpp
