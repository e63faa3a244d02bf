// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/account_service.h"

#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/jid.h"
#include "xmpp/stanza_error.h"

namespace restanza::host::local {
namespace {

constexpr const char* kRoster = "jabber:iq:roster";
constexpr const char* kPing = "urn:xmpp:ping";
constexpr const char* kInfo = "http://jabber.org/protocol/disco#info";
constexpr const char* kItems = "http://jabber.org/protocol/disco#items";
constexpr const char* kBind = "urn:ietf:params:xml:ns:xmpp-bind";
constexpr const char* kSession = "urn:ietf:params:xml:ns:xmpp-session";

xmpp::Stanza result_with(const xmpp::Stanza& request, const char* ns, bool info) {
  auto document = xml::parse(xmpp::result_reply(request).xml);
  xml::Element query = document->root().add("query", ns);
  if (info) {
    xml::Element identity = query.add("identity", ns);
    identity.set_attribute("category", "account");
    identity.set_attribute("type", "registered");
    for (const char* feature : {kInfo, kItems, kPing}) query.add("feature", ns).set_attribute("var", feature);
  }
  return *xmpp::to_stanza(document->root());
}

xmpp::Stanza refused(const xmpp::Stanza& request, const char* condition) {
  return xmpp::error_reply(request, {"cancel", condition, ""});
}

}  // namespace

xmpp::Stanza answer_for_account(const xmpp::Stanza& request, const std::string& bare) {
  const auto document = xml::parse(request.xml);
  if (!document || xmpp::bare_of(request.from) != bare) return refused(request, "service-unavailable");
  const xml::Element payload = document->root().first();
  const bool get = request.type == "get";
  if (payload.is("query", kRoster)) {
    return get ? result_with(request, kRoster, false) : refused(request, "feature-not-implemented");
  }
  if (get && payload.is("ping", kPing)) return xmpp::result_reply(request);
  const bool whole = !payload.attribute("node");
  if (get && whole && payload.is("query", kInfo)) return result_with(request, kInfo, true);
  if (get && whole && payload.is("query", kItems)) return result_with(request, kItems, false);
  if (!get && payload.is("session", kSession)) return xmpp::result_reply(request);
  if (!get && payload.is("bind", kBind)) return refused(request, "not-allowed");
  return refused(request, "service-unavailable");
}

}  // namespace restanza::host::local
