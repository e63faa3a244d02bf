// SPDX-License-Identifier: MIT
#include "subscription/keeping.h"

namespace restanza::subscription {
namespace {

constexpr const char* kChatStates = "http://jabber.org/protocol/chatstates";
constexpr const char* kHints = "urn:xmpp:hints";  // XEP-0334: how to treat a message, not what it says

bool says_nothing(xml::Element child) {
  return child.ns() == kChatStates || child.ns() == kHints || child.is("thread", xml::kContentNamespace);
}

bool chat_state_alone(const xmpp::StanzaTree& message) {
  if (message.stanza().xml.find(kChatStates) == std::string::npos)
    return false;  // spares most messages the parser
  const xml::Element root = message.root();
  if (!root) return false;
  for (const xml::Element child : xml::children(root)) {
    if (!says_nothing(child)) return false;
  }
  return true;
}

}  // namespace

bool worth_keeping(const xmpp::StanzaTree& tree) {
  const xmpp::Stanza& stanza = tree.stanza();
  if (stanza.kind == xmpp::Kind::presence) return stanza.type == "subscribe";
  return stanza.kind == xmpp::Kind::message && !chat_state_alone(tree);
}

}  // namespace restanza::subscription
