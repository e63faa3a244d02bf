// SPDX-License-Identifier: MIT
#include "rest/addressing.h"

#include <optional>
#include <string>

#include "base/random.h"
#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

std::optional<std::string> attribute(xml::Element root, const char* name) {
  const auto value = root.attribute(name);
  if (!value) return std::nullopt;
  return std::string(*value);
}

}  // namespace

Result<Addressed, Refusal> address(xml::Element root, const Caller& caller) {
  if (root.ns() != xml::kContentNamespace) return refused::namespaced();
  const auto kind = xmpp::kind_named(root.name());
  if (!kind) return refused::no_stanza();

  Addressed stanza{*kind, {}};
  xmpp::RootAttributes& made = stanza.attributes;
  if (const auto to = root.attribute("to")) {
    const auto jid = xmpp::Jid::parse(*to);
    if (!jid) return refused::bad_to();
    made.to = jid->full();
  }
  made.from = caller.address;
  if (const auto asked = root.attribute("from")) {
    const auto jid = xmpp::Jid::parse(*asked);
    if (!jid) return refused::bad_from();
    made.from = jid->full();
  }
  if (!caller.may_send_as(made.from)) return refused::foreign_from();

  made.id = root.attribute("id").value_or("");
  if (made.id.empty()) made.id = random_id();
  made.type = attribute(root, "type");
  made.lang = attribute(root, "xml:lang");
  return stanza;
}

void set_attributes(xml::Element root, const xmpp::RootAttributes& attributes) {
  root.remove_attributes();
  root.set_attribute("from", attributes.from);
  if (attributes.to) root.set_attribute("to", *attributes.to);
  root.set_attribute("id", attributes.id);
  if (attributes.type) root.set_attribute("type", *attributes.type);
  if (attributes.lang) root.set_attribute("xml:lang", *attributes.lang);
}

Result<void, Refusal> check_iq(xml::Element root) {
  const auto type = root.attribute("type");
  if (type != "get" && type != "set") return refused::iq_type();
  if (!root.first() || root.first().next()) return refused::iq_children();
  return {};
}

Result<void, Refusal> check_rights(const Addressed& stanza, const Caller& caller) {
  if ((caller.rights & config::kSend) == 0) return refused::forbidden("This token may not send");
  if (!caller.may_send(stanza.kind)) {
    return refused::forbidden("This token may not send '" + std::string(xmpp::name_of(stanza.kind)) + "'");
  }
  const auto& to = stanza.attributes.to;
  if (!to && !caller.account) return refused::without_to();
  const std::string_view there = to ? std::string_view(*to) : std::string_view();
  if (!caller.may_send_to(there)) {
    return refused::forbidden("This token may not send to '" + std::string(there) + "'");
  }
  return {};
}

}  // namespace restanza::rest
