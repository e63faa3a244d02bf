// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/stream_text.h"

#include "base/random.h"
#include "base/str.h"
#include "xml/writer.h"
#include "xmpp/jid.h"

namespace restanza::host::local {
namespace {

// "1.0" and later (RFC 6120 section 4.7.5); a header without a version is older.
bool version_served(std::string_view version) {
  const auto major = parse_number(version.substr(0, version.find('.')));
  return major && *major >= 1 && version.find('.') != std::string_view::npos;
}

}  // namespace

std::string stream_header(const std::string& domain, const std::string& to) {
  std::string header = std::string("<?xml version='1.0'?><stream:stream xmlns='") + xml::kContentNamespace +
                       "' xmlns:stream='" + kStreamNamespace + "' version='1.0' xml:lang='en' id='" +
                       random_id() + "' from='" + xml::escape_attribute(domain) + "'";
  if (!to.empty()) header += " to='" + xml::escape_attribute(to) + "'";
  return header + ">";
}

std::string stream_error(const std::string& condition) {
  return "<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
}

std::string header_fault(const xml::Document& header, const std::string& default_ns,
                         const std::string& domain) {
  const xml::Element root = header.root();
  if (root.ns() != kStreamNamespace || default_ns != xml::kContentNamespace) return "invalid-namespace";
  if (root.name() != "stream") return "bad-format";
  if (!version_served(root.attribute("version").value_or(""))) return "unsupported-version";
  const auto to = root.attribute("to");
  if (!to) return "improper-addressing";
  const auto jid = xmpp::Jid::parse(*to);
  return jid && jid->full() == domain ? "" : "host-unknown";
}

std::string refusal_condition(const Error& refusal) {
  switch (refusal.kind) {
    case Error::Kind::limit:
      return "policy-violation";
    case Error::Kind::encoding:
      return "unsupported-encoding";
    case Error::Kind::restricted:
      return "restricted-xml";
    case Error::Kind::misplaced:
      return "bad-format";
    default:
      return "not-well-formed";
  }
}

}  // namespace restanza::host::local
