// SPDX-License-Identifier: MIT
#include "rest/sending/addressing.h"

#include "base/random.h"
#include "xmpp/jid.h"

namespace restanza::rest {

Result<xmpp::Kind, Refusal> kind_of(xml::Element root) {
  if (root.ns() != xml::kContentNamespace) return refused::namespaced();
  const auto kind = xmpp::kind_named(root.name());
  if (!kind) return refused::no_stanza();
  return *kind;
}

Result<xmpp::RootAttributes, Refusal> address(xmpp::RootAttributes given, const Caller& caller,
                                              bool in_path) {
  if (given.to) {
    auto to = xmpp::prepared(std::move(*given.to));
    if (!to) return refused::bad_to(to.error(), in_path);
    given.to = std::move(*to);
  }
  if (given.from) {
    auto from = xmpp::prepared(std::move(*given.from));
    if (!from) return refused::bad_from(from.error().text);
    given.from = std::move(*from);
  } else {
    given.from = caller.address;
  }
  if (!caller.may_send_as(*given.from)) return refused::foreign_from();
  if (!given.id || given.id->empty()) given.id = random_id();
  return given;
}

void set_attributes(xml::Element root, const xmpp::RootAttributes& attributes) {
  root.remove_attributes();
  const auto set = [root](const char* name, const std::optional<std::string>& value) {
    if (value) xml::Element(root).set_attribute(name, *value);
  };
  set("from", attributes.from);
  set("to", attributes.to);
  set("id", attributes.id);
  set("type", attributes.type);
  set("xml:lang", attributes.lang);
}

Result<void, Refusal> check_iq(const std::optional<std::string>& type, size_t children) {
  if (!type || !xmpp::is_request(xmpp::Kind::iq, *type)) return refused::iq_type();
  if (children != 1) return refused::iq_children();
  return {};
}

Result<void, Refusal> check_rights(xmpp::Kind kind, const xmpp::RootAttributes& stanza,
                                   const Caller& caller) {
  if ((caller.rights & kSend) == 0) return refused::forbidden("This token may not send");
  if (!caller.may_send(kind)) {
    return refused::forbidden("This token may not send '" + std::string(xmpp::name_of(kind)) + "'");
  }
  if (!stanza.to && !caller.account) return refused::without_to();
  const std::string_view to = stanza.to ? std::string_view(*stanza.to) : "";
  if (!caller.may_send_to(to)) {
    return refused::forbidden("This token may not send to '" + std::string(to) + "'");
  }
  return {};
}

}  // namespace restanza::rest
