// SPDX-License-Identifier: MIT
#include "rest/reading.h"

namespace restanza::rest {
namespace {

Result<mapping::Decoded, mapping::Failure> decoded(const http::Request& request, const Target& target,
                                                   mapping::Format format, const mapping::Options& options) {
  if (target.kind == Target::Kind::query)
    return mapping::decode_query(target.type, target.to, request.query, options);
  return mapping::decode(format, request.body, {target.stanza_kind, target.type, target.to}, options);
}

}  // namespace

size_t Posted::children() const {
  if (plain) return plain->children;
  size_t count = 0;
  for (xml::Element child = root().first(); child; child = child.next()) ++count;
  return count;
}

xmpp::Stanza Posted::make() {
  return plain ? xmpp::make_stanza(std::move(attributes), *plain)
               : xmpp::make_stanza(kind, std::move(attributes), root());
}

Result<Posted, Refusal> read_stanza(const http::Request& request, const Target& target, const Caller& caller,
                                    const mapping::Options& options) {
  const bool xml = target.kind == Target::Kind::root && !request.body_too_large &&
                   mapping::format_of(request.header("Content-Type").value_or("")) == mapping::Format::xml;
  auto plain = xml ? xmpp::read_plain(request.body) : std::nullopt;
  if (!plain) return read_tree(request, target, caller, options);
  auto addressed = address(std::move(plain->attributes), caller);
  if (!addressed) return addressed.error();
  return Posted{plain->kind, std::move(*addressed), std::move(plain)};
}

Result<Posted, Refusal> read_tree(const http::Request& request, const Target& target, const Caller& caller,
                                  const mapping::Options& options) {
  if (request.body_too_large) return refused::too_large();
  const auto format = mapping::format_of(request.header("Content-Type").value_or(""));
  if (!format && target.kind != Target::Kind::query) return refused::media_type();
  auto read = decoded(request, target, format.value_or(mapping::Format::xml), options);
  if (!read) {
    if (read.error().kind == mapping::Failure::unparseable) return refused::unparseable();
    return Refusal{422, "modify", "bad-format", read.error().text};
  }
  const xml::Element root = read->document.root();
  const auto kind = kind_of(root);
  if (!kind) return kind.error();
  auto addressed = address(xmpp::attributes_of(root), caller);
  if (!addressed) return addressed.error();
  return Posted{*kind, std::move(*addressed), std::nullopt, std::move(*read)};
}

}  // namespace restanza::rest
