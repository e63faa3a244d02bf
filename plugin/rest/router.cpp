// SPDX-License-Identifier: MIT
#include "rest/router.h"

#include "rest/reply.h"
#include "rest/status.h"

namespace restanza::rest {

void Router::handle(http::Exchange exchange, http::Request request) const {
  const bool post = request.method == "POST";
  if (request.path.empty() || request.path == "/") {
    if (post) return stanzas_.post(std::move(exchange), std::move(request));
    return refuse(std::move(exchange), request, refused::method("POST"));
  }
  if (request.path == "/echo") {
    if (post) return stanzas_.echo(std::move(exchange), std::move(request));
    return refuse(std::move(exchange), request, refused::method("POST"));
  }
  if (request.path == "/health") {
    if (request.method == "GET" || request.method == "HEAD") return exchange.respond(health(link_up_()));
    return refuse(std::move(exchange), request, refused::method("GET, HEAD"));
  }
  with_caller(credentials_, std::move(exchange), std::move(request),
              [](http::Exchange e, const http::Request& r, const Caller&) {
                if (r.method == "POST") return refuse(std::move(e), r, refused::unparseable());
                refuse(std::move(e), r, {404, "cancel", "item-not-found", "There is nothing at this path"});
              });
}

}  // namespace restanza::rest
