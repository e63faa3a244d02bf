// SPDX-License-Identifier: MIT
#include "xmpp/stanza_error.h"

#include "xml/writer.h"
#include "xmpp/room.h"

namespace restanza::xmpp {
namespace {

xml::Document reply_to(const Stanza& stanza, const char* type) {
  xml::Document reply(name_of(stanza.kind), xml::kContentNamespace);
  reply.root().set_attribute("type", type);
  if (!stanza.id.empty()) reply.root().set_attribute("id", stanza.id);
  if (!stanza.to.empty()) reply.root().set_attribute("from", stanza.to);
  if (!stanza.from.empty()) reply.root().set_attribute("to", stanza.from);
  return reply;
}

Stanza finished(const xml::Document& reply) {
  auto stanza = to_stanza(reply.root());
  return std::move(*stanza);
}

}  // namespace

Stanza error_reply(const Stanza& stanza, const StanzaError& error) {
  xml::Document reply = reply_to(stanza, "error");
  xml::Element node = reply.root().add("error", xml::kContentNamespace);
  node.set_attribute("type", error.type);
  node.add(error.condition.c_str(), kStanzasNamespace);
  if (!error.text.empty()) node.add("text", kStanzasNamespace).add_text(error.text);
  return finished(reply);
}

Stanza result_reply(const Stanza& iq) {
  return finished(reply_to(iq, "result"));
}

bool may_be_answered(const Stanza& stanza) {
  return stanza.type != "error" && !stanza.is_answer();
}

bool may_get_error(const Stanza& stanza) {
  return may_be_answered(stanza) && !is_of_room(stanza);
}

bool may_be_refused(const Stanza& stanza) {
  return may_get_error(stanza) && (stanza.is_request() || stanza.kind == Kind::message);
}

}  // namespace restanza::xmpp
