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

Result<void, Refusal> address(xml::Element root, const Caller& caller) {
  if (root.ns() != xml::kContentNamespace) return refused::namespaced();
  if (!xmpp::kind_named(root.name())) return refused::no_stanza();

  std::string from = caller.address;
  auto to = attribute(root, "to");
  if (to) {
    const auto jid = xmpp::Jid::parse(*to);
    if (!jid) return refused::bad_to();
    to = jid->full();
  }
  if (const auto asked = attribute(root, "from")) {
    const auto jid = xmpp::Jid::parse(*asked);
    if (!jid) return refused::bad_from();
    from = jid->full();
  }
  if (!caller.may_send_as(from)) return refused::foreign_from();

  const auto id = attribute(root, "id");
  const auto type = attribute(root, "type");
  const auto lang = attribute(root, "xml:lang");
  root.remove_attributes();
  root.set_attribute("from", from);
  if (to) root.set_attribute("to", *to);
  root.set_attribute("id", id && !id->empty() ? *id : random_id());
  if (type) root.set_attribute("type", *type);
  if (lang) root.set_attribute("xml:lang", *lang);
  return {};
}

Result<void, Refusal> check_iq(xml::Element root) {
  const auto type = root.attribute("type");
  if (type != "get" && type != "set") return refused::iq_type();
  if (!root.first() || root.first().next()) return refused::iq_children();
  return {};
}

Result<void, Refusal> check_rights(xml::Element root, const Caller& caller) {
  if ((caller.rights & config::kSend) == 0) return refused::forbidden("This token may not send");
  if (!caller.may_send(*xmpp::kind_named(root.name()))) {
    return refused::forbidden("This token may not send '" + std::string(root.name()) + "'");
  }
  const auto to = root.attribute("to");
  if (!to && !caller.account) return refused::without_to();
  if (!caller.may_send_to(to.value_or(""))) {
    return refused::forbidden("This token may not send to '" + std::string(to.value_or("")) + "'");
  }
  return {};
}

}  // namespace restanza::rest
