// SPDX-License-Identifier: MIT
#include "rest/router.h"

#include <algorithm>

#include "mapping/codec.h"
#include "rest/reply.h"
#include "rest/status.h"

namespace restanza::rest {
namespace {

// What stands at a path, also for a method that it does not know: what to GET is the same path to OPTIONS.
// POST stays with what mod_rest says.
Target target_of(const http::Request& request) {
  Target target = parse_target(request.method, request.path);
  if (target.kind != Target::Kind::none || request.method == "POST") return target;
  Target asked = parse_target("GET", request.path);
  const auto queries = mapping::get_queries();
  const bool known = std::find(queries.begin(), queries.end(), asked.type) != queries.end();
  return asked.kind == Target::Kind::query && known ? asked : target;
}

}  // namespace

void Router::handle(http::Exchange exchange, http::Request request) const {
  for (auto& header : cors_.headers(request)) exchange.add_header(std::move(header));
  const Target target = target_of(request);
  const bool post = request.method == "POST";
  const bool get = request.method == "GET" || request.method == "HEAD";
  const char* methods = methods_of(target.kind);
  if (request.method == "OPTIONS") return exchange.respond({200, {{"Allow", methods}}, {}});
  switch (target.kind) {
    case Target::Kind::root:
    case Target::Kind::stanza:
      if (post) return stanzas_.send(std::move(exchange), std::move(request), target);
      break;
    case Target::Kind::query:
      if (get) return stanzas_.send(std::move(exchange), std::move(request), target);
      break;
    case Target::Kind::echo:
      if (post) return stanzas_.echo(std::move(exchange), std::move(request));
      break;
    case Target::Kind::health:
      if (get) return exchange.respond(health(link_up_()));
      break;
    case Target::Kind::none:
      return refuse_path(std::move(exchange), std::move(request));
  }
  refuse(std::move(exchange), request, refused::method(methods));
}

// What is not there is told to those who may know. GET and POST get what mod_rest says of a path that it
// cannot read.
void Router::refuse_path(http::Exchange exchange, http::Request request) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [](http::Exchange e, const http::Request& r, const Caller&) {
                const bool known = r.method == "POST" || r.method == "GET" || r.method == "HEAD";
                if (known) return refuse(std::move(e), r, refused::unparseable());
                refuse(std::move(e), r, {404, "cancel", "item-not-found", "There is nothing at this path"});
              });
}

}  // namespace restanza::rest
