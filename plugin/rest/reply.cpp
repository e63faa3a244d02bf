// SPDX-License-Identifier: MIT
#include "rest/reply.h"

#include <memory>

#include "http/negotiate.h"
#include "mapping/codec.h"
#include "rest/http_error.h"
#include "xml/gate.h"

namespace restanza::rest {
namespace {

mapping::Format format_for(const http::Request& request) {
  std::vector<mapping::Format> formats{mapping::Format::xml};
  const auto own = mapping::format_of(request.header("Content-Type").value_or(""));
  if (own) formats.insert(formats.begin(), *own);
  std::vector<std::string_view> types;
  for (const mapping::Format format : formats) types.emplace_back(mapping::media_type(format));
  return formats[http::negotiate(request.header("Accept").value_or(""), types).value_or(0)];
}

http::Response response_in(mapping::Format format, std::string body) {
  return {200, {{"Content-Type", mapping::media_type(format)}, {"Vary", "Accept"}}, std::move(body)};
}

}  // namespace

void refuse(http::Exchange exchange, const http::Request& request, const Refusal& refusal) {
  exchange.respond(error_response(refusal, request.header("Accept").value_or("")));
}

http::Response encoded(xml::Element stanza, const http::Request& request) {
  const mapping::Format format = format_for(request);
  return response_in(format, mapping::encode(format, stanza));
}

void answer_with(http::Exchange exchange, const http::Request& request, const xmpp::Stanza& stanza) {
  if (format_for(request) == mapping::Format::xml) {
    return exchange.respond(response_in(mapping::Format::xml, stanza.xml));
  }
  const auto document = xml::parse(stanza.xml);
  if (!document) {
    return refuse(std::move(exchange), request,
                  {502, "wait", "internal-server-error", "The answer could not be read"});
  }
  exchange.respond(encoded(document->root(), request));
}

http::Request negotiating_headers(const http::Request& request) {
  http::Request kept;
  for (const char* name : {"Accept", "Content-Type"}) {
    if (const auto value = request.header(name)) kept.headers.emplace_back(name, *value);
  }
  return kept;
}

void with_caller(const Credentials& credentials, http::Exchange exchange, http::Request request,
                 WithCaller next) {
  // A password check may end on another thread, after this has returned.
  struct State {
    http::Exchange exchange;
    http::Request request;
    WithCaller next;
  };
  auto state = std::make_shared<State>(State{std::move(exchange), std::move(request), std::move(next)});
  credentials.check(state->request, [state](const Result<Caller, Refusal>& caller) {
    if (!caller) return refuse(std::move(state->exchange), state->request, caller.error());
    state->next(std::move(state->exchange), state->request, *caller);
  });
}

}  // namespace restanza::rest
