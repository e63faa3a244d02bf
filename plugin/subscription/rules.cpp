// SPDX-License-Identifier: MIT
#include "subscription/rules.h"

#include <algorithm>

#include "xmpp/jid.h"
#include "xmpp/pattern.h"

namespace restanza::subscription {
namespace {

// RFC 6121 sections 5.2.2 and 4.7.1, RFC 6120 section 8.2.3; "normal" and "available" are said by silence
// too.
constexpr std::string_view kMessageTypes[] = {"normal", "chat", "groupchat", "headline", "error"};
constexpr std::string_view kOtherTypes[] = {"available",   "unavailable",  "subscribe", "subscribed",
                                            "unsubscribe", "unsubscribed", "probe",     "get",
                                            "set",         "result"};

template <class List, class Text>
bool holds(const List& list, const Text& text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

}  // namespace

Event event_of(const xmpp::Stanza& stanza) {
  const std::string_view bare = xmpp::bare_of(stanza.to);
  if (bare.find('@') == std::string_view::npos) return Event::host;
  return bare.size() == stanza.to.size() ? Event::bare : Event::full;
}

std::string_view type_of(const xmpp::Stanza& stanza) {
  const std::string_view type = stanza.type;
  if (stanza.kind == xmpp::Kind::message) return holds(kMessageTypes, type) ? type : "normal";
  return stanza.kind == xmpp::Kind::presence && type.empty() ? "available" : type;
}

Result<void> check_types(const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    if (holds(kMessageTypes, type) || holds(kOtherTypes, type)) continue;
    std::string known;
    for (const std::string_view name : kMessageTypes) known.append(name).append(", ");
    for (const std::string_view name : kOtherTypes) known.append(name).append(", ");
    return Error{"'types' knows " + known + "and not '" + type + "'"};
  }
  return {};
}

bool Rules::wants(const xmpp::StanzaTree& tree) const {
  const xmpp::Stanza& stanza = tree.stanza();
  return (filter_.kinds & mask(stanza.kind)) != 0 && (filter_.events & mask(event_of(stanza))) != 0 &&
         xmpp::domain_of(stanza.to) == filter_.domain && of_wanted_type(stanza) &&
         xmpp::covers(filter_.from, stanza.from) && xmpp::covers(filter_.to, stanza.to) &&
         has_wanted_child(tree);
}

bool Rules::of_wanted_type(const xmpp::Stanza& stanza) const {
  return filter_.types.empty() || holds(filter_.types, type_of(stanza));
}

bool Rules::has_wanted_child(const xmpp::StanzaTree& tree) const {
  if (filter_.namespaces.empty()) return true;
  for (const xml::Element child : xml::children(tree.root())) {
    if (holds(filter_.namespaces, child.ns())) return true;
  }
  return false;
}

}  // namespace restanza::subscription
