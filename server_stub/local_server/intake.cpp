// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/intake.h"

#include <algorithm>

namespace restanza::host::local {
namespace {

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool proper_iq(const xmpp::Stanza& iq, xml::Element root) {
  if (!iq.is_valid_iq()) return false;
  const xml::Element payload = root.first();
  return iq.is_answer() || (payload && !payload.next());
}

}  // namespace

bool is_subscription(const xmpp::Stanza& stanza) {
  return stanza.kind == xmpp::Kind::presence &&
         one_of(stanza.type, {"subscribe", "subscribed", "unsubscribe", "unsubscribed"});
}

Intake take_in(xml::Document element, const xmpp::Jid& sender) {
  Intake intake;
  xml::Element root = element.root();
  auto read = xmpp::to_stanza(root);
  if (!read) {
    intake.stream_error = "unsupported-stanza-type";
    return intake;
  }
  if (!read->from.empty()) {
    const auto given = xmpp::Jid::parse(read->from);
    const bool own = given && given->bare() == sender.bare() &&
                     (given->resource.empty() || given->resource == sender.resource);
    if (!own) {
      intake.stream_error = "invalid-from";
      return intake;
    }
  }
  root.set_attribute("from", is_subscription(*read) ? sender.bare() : sender.full());
  if (!read->to.empty()) {
    const auto to = xmpp::Jid::parse(read->to);
    if (to) {
      root.set_attribute("to", to->full());
    } else {
      root.remove_attribute("to");  // the reply must not come from what is no address
      intake.refused = xmpp::StanzaError{"modify", "jid-malformed", ""};
    }
  } else if (read->kind == xmpp::Kind::message) {
    root.set_attribute("to", sender.bare());
  }
  if (read->kind == xmpp::Kind::iq && !proper_iq(*read, root)) {
    intake.refused = xmpp::StanzaError{"modify", "bad-request", ""};
  }
  intake.stanza = *xmpp::to_stanza(root);
  return intake;
}

}  // namespace restanza::host::local
