// SPDX-License-Identifier: MIT
#include "rest/answers/reply.h"

#include "http/negotiate.h"
#include "mapping/codec.h"
#include "rest/answers/http_error.h"
#include "xml/gate.h"

namespace restanza::rest {
namespace {

// The order among equals. Text comes last, and not for its own sake: it holds a body and nothing else.
std::vector<mapping::Format> offers(const http::Request& request) {
  std::vector<mapping::Format> formats;
  const auto own = mapping::format_of(request.header("Content-Type").value_or(""));
  if (own && own != mapping::Format::text) formats.push_back(*own);
  for (const auto format : {mapping::Format::xml, mapping::Format::json, mapping::Format::form,
                            mapping::Format::cbor, mapping::Format::text}) {
    if (own != format || format == mapping::Format::text) formats.push_back(format);
  }
  return formats;
}

mapping::Format format_for(const http::Request& request) {
  const auto formats = offers(request);
  std::vector<std::string_view> types;
  types.reserve(formats.size());
  for (const mapping::Format format : formats) types.emplace_back(mapping::media_type(format));
  return formats[http::negotiate(request.header("Accept").value_or(""), types).value_or(0)];
}

http::Response response_in(mapping::Format format, std::string body) {
  return {200, {{"Content-Type", mapping::media_type(format)}, {"Vary", "Accept"}}, std::move(body)};
}

Refusal unreadable() {
  return {502, "wait", "internal-server-error", "The answer could not be put into this format"};
}

// The element in which several stanzas travel as one document.
Result<xml::Document> joined(const std::vector<xmpp::Stanza>& stanzas) {
  xml::Document all("xmpp", xml::kContentNamespace);
  for (const auto& stanza : stanzas) {
    const auto document = xml::parse(stanza.xml);
    if (!document) return document.error();
    all.root().add_copy(document->root());
  }
  return all;
}

}  // namespace

void refuse(http::Exchange exchange, const http::Request& request, const Refusal& refusal) {
  exchange.respond(error_response(refusal, request.header("Accept").value_or(""),
                                  request.header("Content-Type").value_or("")));
}

void answer_with(http::Exchange exchange, const http::Request& request, xml::Element stanza,
                 const mapping::Options& options) {
  const mapping::Format format = format_for(request);
  auto encoded = mapping::encode(format, stanza, options);
  if (!encoded) return refuse(std::move(exchange), request, unreadable());
  http::Response response = response_in(format, std::move(encoded->body));
  if (!encoded->unmapped.empty())
    response.headers.emplace_back("Unmapped-Elements", header_list(encoded->unmapped));
  exchange.respond(std::move(response));
}

void answer_with(http::Exchange exchange, const http::Request& request,
                 const std::vector<xmpp::Stanza>& stanzas, const mapping::Options& options) {
  if (stanzas.size() == 1 && format_for(request) == mapping::Format::xml) {
    return exchange.respond(
        response_in(mapping::Format::xml, stanzas[0].xml));  // it is in that format already
  }
  const auto document = stanzas.size() == 1 ? xml::parse(stanzas[0].xml) : joined(stanzas);
  if (!document) return refuse(std::move(exchange), request, unreadable());
  answer_with(std::move(exchange), request, document->root(), options);
}

std::string header_list(const std::vector<std::string>& names) {
  constexpr size_t kMax = 4096;
  std::string list;
  for (const auto& name : names) {
    if (list.size() + name.size() + 2 > kMax) return list + ", ...";
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

http::Request negotiating_headers(const http::Request& request) {
  http::Request kept;
  for (const char* name : {"Accept", "Content-Type"}) {
    if (const auto value = request.header(name)) kept.headers.emplace_back(name, *value);
  }
  return kept;
}

void answer_json(http::Exchange exchange, std::string json) {
  exchange.respond(
      {200,
       {{"Content-Type", mapping::media_type(mapping::Format::json)}, {"Cache-Control", "no-store"}},
       std::move(json)});
}

}  // namespace restanza::rest
