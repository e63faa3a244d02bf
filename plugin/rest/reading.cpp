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

Result<Posted, Refusal> read_stanza(const http::Request& request, const Target& target, const Caller& caller,
                                    const mapping::Options& options) {
  if (request.body_too_large) return refused::too_large();
  const auto format = mapping::format_of(request.header("Content-Type").value_or(""));
  if (!format && target.kind != Target::Kind::query) return refused::media_type();
  auto read = decoded(request, target, format.value_or(mapping::Format::xml), options);
  if (!read) {
    if (read.error().kind == mapping::Failure::unparseable) return refused::unparseable();
    return Refusal{422, "modify", "bad-format", read.error().text};
  }
  auto addressed = address(read->document.root(), caller);
  if (!addressed) return addressed.error();
  return Posted{std::move(*read), std::move(*addressed)};
}

}  // namespace restanza::rest
