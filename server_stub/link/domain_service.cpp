// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/domain_service.h"

#include "xml/gate.h"
#include "xmpp/jid.h"
#include "xmpp/stanza_error.h"

namespace restanza::host {
namespace {

constexpr const char* kInfo = "http://jabber.org/protocol/disco#info";
constexpr const char* kItems = "http://jabber.org/protocol/disco#items";
constexpr const char* kLast = "jabber:iq:last";
constexpr const char* kPing = "urn:xmpp:ping";
constexpr const char* kVersion = "jabber:iq:version";

xmpp::Stanza error(const xmpp::Stanza& stanza, const char* condition) {
  return xmpp::error_reply(stanza, {"cancel", condition, ""});
}

xmpp::Stanza result(const xmpp::Stanza& iq, xml::Element payload) {
  auto reply = xml::parse(xmpp::result_reply(iq).xml);
  reply->root().add_copy(payload);
  return std::move(*xmpp::to_stanza(reply->root()));
}

void add_feature(xml::Element query, const char* name) {
  query.add("feature", query.ns()).set_attribute("var", name);
}

}  // namespace

DomainService::DomainService(DomainIdentity identity, const Clock& clock)
    : identity_(std::move(identity)), clock_(clock), started_(clock.now()) {}

std::optional<xmpp::Stanza> DomainService::answer(const xmpp::Stanza& stanza) const {
  if (!xmpp::may_be_refused(stanza)) return std::nullopt;
  if (stanza.kind == xmpp::Kind::message) return error(stanza, "service-unavailable");

  const auto to = xmpp::Jid::parse(stanza.to);
  const bool own = to && to->full() == identity_.domain;
  const auto request = xml::parse(stanza.xml);
  if (!own || !request || stanza.type != "get") return error(stanza, "service-unavailable");

  const bool server = identity_.category == "server";
  const xml::Element asked = request->root().first();
  const bool node = !asked.attribute("node").value_or("").empty();
  if (asked.is("ping", kPing)) return xmpp::result_reply(stanza);
  if (asked.is("query", kInfo)) {
    if (node) return error(stanza, "item-not-found");
    xml::Document query("query", kInfo);
    xml::Element identity = query.root().add("identity", kInfo);
    identity.set_attribute("category", identity_.category);
    identity.set_attribute("type", identity_.type);
    identity.set_attribute("name", "Restanza");
    for (const char* feature : {kInfo, kItems, kPing, kVersion}) add_feature(query.root(), feature);
    if (server) add_feature(query.root(), kLast);
    return result(stanza, query.root());
  }
  if (asked.is("query", kItems)) {
    if (node) return error(stanza, "item-not-found");
    xml::Document query("query", kItems);
    for (const std::string& item : identity_.items) {
      query.root().add("item", kItems).set_attribute("jid", item);
    }
    return result(stanza, query.root());
  }
  if (asked.is("query", kVersion)) {
    xml::Document query("query", kVersion);
    query.root().add("name", kVersion).add_text("Restanza");
    query.root().add("version", kVersion).add_text(RESTANZA_VERSION);
    return result(stanza, query.root());
  }
  if (server && asked.is("query", kLast)) {
    xml::Document query("query", kLast);
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - started_);
    query.root().set_attribute("seconds", std::to_string(uptime.count()));
    return result(stanza, query.root());
  }
  return error(stanza, "service-unavailable");
}

}  // namespace restanza::host
