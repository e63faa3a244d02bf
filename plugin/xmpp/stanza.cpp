// SPDX-License-Identifier: MIT
#include "xmpp/stanza.h"

#include <utility>

#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/plain_stanza.h"

namespace restanza::xmpp {
namespace {

std::string attribute(xml::Element root, const char* name) {
  return std::string(root.attribute(name).value_or(""));
}

}  // namespace

std::optional<Kind> kind_named(std::string_view name) {
  if (name == "message") return Kind::message;
  if (name == "presence") return Kind::presence;
  if (name == "iq") return Kind::iq;
  return std::nullopt;
}

const char* name_of(Kind kind) {
  return kind == Kind::message ? "message" : kind == Kind::presence ? "presence" : "iq";
}

Stanza make_stanza(Kind kind, RootAttributes attributes, xml::Element root) {
  Stanza stanza;
  stanza.kind = kind;
  stanza.xml = xml::write_with(root, {{"from", attributes.from},
                                      {"to", attributes.to},
                                      {"id", attributes.id},
                                      {"type", attributes.type},
                                      {"xml:lang", attributes.lang}});
  stanza.from = std::move(attributes.from);
  stanza.id = std::move(attributes.id);
  if (attributes.to) stanza.to = std::move(*attributes.to);
  if (attributes.type) stanza.type = std::move(*attributes.type);
  return stanza;
}

Result<Stanza> to_stanza(xml::Element root) {
  const auto kind = kind_named(root.name());
  if (!kind || root.ns() != xml::kContentNamespace) {
    return Error{"'" + std::string(root.name()) + "' in '" + std::string(root.ns()) + "' is no stanza"};
  }
  Stanza stanza;
  stanza.kind = *kind;
  stanza.type = attribute(root, "type");
  stanza.from = attribute(root, "from");
  stanza.to = attribute(root, "to");
  stanza.id = attribute(root, "id");
  stanza.xml = xml::write(root);
  return stanza;
}

Result<Stanza> parse_stanza(std::string_view xml) {
  if (auto plain = plain_stanza(xml)) return std::move(*plain);
  const auto document = xml::parse(xml);
  if (!document) return document.error();
  return to_stanza(document->root());
}

}  // namespace restanza::xmpp
