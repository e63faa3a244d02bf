// SPDX-License-Identifier: MIT
#include "rest/sending/reading.h"

#include <iterator>

#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

Result<mapping::Decoded, mapping::Failure> decoded(const http::Request& request, const Target& target,
                                                   mapping::Format format, const mapping::Options& options) {
  if (target.kind == Target::Kind::query)
    return mapping::decode_query(target.type, target.to, request.query, options);
  return mapping::decode(format, request.body, {target.stanza_kind, target.type, target.to}, options);
}

// "application/xmpp+xml, ... or application/cbor"
std::string format_names() {
  const size_t last = std::size(mapping::kFormats) - 1;
  std::string list = mapping::media_type(mapping::kFormats[0]);
  for (size_t i = 1; i <= last; ++i)
    list.append(i == last ? " or " : ", ").append(mapping::media_type(mapping::kFormats[i]));
  return list;
}

// A key that says something in a stanza of this kind.
const char* usual_key(xmpp::Kind kind) {
  if (kind == xmpp::Kind::message) return "'body' holds the text of a message";
  if (kind == xmpp::Kind::presence) return "'status' holds the text of a presence";
  return "'ping', 'version' and 'disco' are such keys of an iq";
}

Refusal nothing_mapped(xmpp::Kind kind, const std::vector<std::string>& keys,
                       const std::optional<mapping::Format>& format) {
  const std::string named = header_list(keys);
  const std::string list = named.empty() ? "a key without a name" : named;
  std::string text =
      "None of the keys that should say what is sent is known (" + list + "): " + usual_key(kind);
  if (format == mapping::Format::form) text += "; text with a '=' in it goes as Content-Type: text/plain";
  return {422, "modify", "bad-format", text, {{"Unmapped-Keys", named}}};
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
  const bool xml = target.kind == Target::Kind::none && !request.body_too_large &&
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
  const auto type = request.header("Content-Type");
  const auto format = mapping::format_of(type.value_or(""));
  if (!format && target.kind != Target::Kind::query) return refused::media_type(type, format_names());
  auto read = decoded(request, target, format.value_or(mapping::Format::xml), options);
  if (!read) {
    if (read.error().kind == mapping::Failure::unparseable) return refused::unparseable(read.error().text);
    return Refusal{422, "modify", "bad-format", read.error().text};
  }
  const xml::Element root = read->document.root();
  const auto kind = kind_of(root);
  if (!kind) return kind.error();
  if (read->nothing_mapped) return nothing_mapped(*kind, read->unmapped, format);
  auto addressed = address(xmpp::attributes_of(root), caller, !target.to.empty());
  if (!addressed) return addressed.error();
  return Posted{*kind, std::move(*addressed), std::nullopt, std::move(*read)};
}

}  // namespace restanza::rest
