// SPDX-License-Identifier: MIT
#include "subscription/fan_out/failure_reply.h"

namespace restanza::subscription {
namespace {

constexpr const char* kPing = "urn:xmpp:ping";  // XEP-0199

bool is_ping(const xmpp::StanzaTree& tree) {
  return tree.stanza().type == "get" && tree.root().child("ping", kPing);
}

}  // namespace

std::optional<xmpp::Stanza> failure_reply(const xmpp::StanzaTree& tree, const xmpp::StanzaError& error,
                                          bool in_room) {
  const xmpp::Stanza& stanza = tree.stanza();
  const bool is_iq = stanza.kind == xmpp::Kind::iq;
  if (!xmpp::may_get_error(stanza) || (in_room && !is_iq)) return std::nullopt;
  return in_room && is_ping(tree) ? xmpp::result_reply(stanza) : xmpp::error_reply(stanza, error);
}

}  // namespace restanza::subscription
