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

RootAttributes attributes_of(xml::Element root) {
  const auto given = [root](const char* name) -> std::optional<std::string> {
    if (const auto value = root.attribute(name)) return std::string(*value);
    return std::nullopt;
  };
  return {given("from"), given("to"), given("id"), given("type"), given("xml:lang")};
}

Stanza make_stanza(Kind kind, RootAttributes attributes, xml::Element root) {
  std::string xml = xml::write_with(root, {{"from", attributes.from},
                                           {"to", attributes.to},
                                           {"id", attributes.id},
                                           {"type", attributes.type},
                                           {"xml:lang", attributes.lang}});
  return stanza_of(kind, std::move(attributes), std::move(xml));
}

Stanza stanza_of(Kind kind, RootAttributes attributes, std::string xml) {
  const auto text = [](std::optional<std::string>& value) {
    return value ? std::move(*value) : std::string();
  };
  return {
      kind,          text(attributes.type), text(attributes.from), text(attributes.to), text(attributes.id),
      std::move(xml)};
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
  if (auto plain = read_plain(xml)) {
    return stanza_of(plain->kind, std::move(plain->attributes), std::string(xml));
  }
  const auto document = xml::parse(xml);
  if (!document) return document.error();
  return to_stanza(document->root());
}

}  // namespace restanza::xmpp
