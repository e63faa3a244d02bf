// SPDX-License-Identifier: MIT
#include "rest/routing/router.h"

#include <algorithm>

#include "rest/answers/reply.h"
#include "rest/routing/cross_origin.h"
#include "rest/routing/path_mistake.h"

namespace restanza::rest {
namespace {

bool acts(const Route& route) {
  return route.right == Right::send || route.right == Right::receive || route.right == Right::follow ||
         std::string_view(route.method) != "GET";
}

// Where no row is meant, as by OPTIONS and where nothing is found, nothing is done, and it needs what the
// most careful row there needs.
Asked asked_for(const RouteTable::Found& found, std::string_view method) {
  if (!found.place) return {found.right, false};
  if (const Route* route = found.place->route(method)) return {route->right, acts(*route)};
  const Routes& rows = found.place->routes;
  const bool admin =
      std::any_of(rows.begin(), rows.end(), [](const Route& each) { return each.right == Right::admin; });
  return {admin ? Right::admin : Right::any, false};
}

}  // namespace

Router::Router(Routes routes, const Credentials& credentials, Tickets& tickets, Metrics& metrics,
               const Clock& clock, std::vector<std::string> cors_origins)
    : routes_(std::move(routes)),
      credentials_(credentials),
      tickets_(tickets),
      cors_(std::move(cors_origins), routes_),
      traffic_(metrics, clock, routes_.resources(), routes_.methods()) {}

http::Exchange Router::counted(http::Exchange exchange, const http::Request& request) const {
  const auto found = routes_.find(request.method, request.path);
  return traffic_.counted(std::move(exchange), request, found.resource());
}

void Router::handle(http::Exchange from_host, http::Request request) const {
  auto found = routes_.find(request.method, request.path);
  http::Exchange exchange = traffic_.counted(std::move(from_host), request, found.resource());
  const Asked asked = asked_for(found, request.method);
  exchange.set_common(cors_.headers(request, asked.right));
  if (const auto refusal = refused_page(request, asked, cors_.origins()))
    return refuse(std::move(exchange), request, *refusal);
  if (request.method == "OPTIONS") return exchange.respond({200, {{"Allow", found.allow()}}, {}});
  if (!found.place) return refuse_path(found.right, std::move(exchange), std::move(request));
  const Route* route = found.place->route(request.method);
  if (!route) return refuse(std::move(exchange), request, refused::method(request.method, found.allow()));
  call(*route, std::move(found.values), std::move(exchange), std::move(request));
}

void Router::call(const Route& route, PathValues values, http::Exchange exchange,
                  http::Request request) const {
  if (route.right == Right::none) return route.handler(std::move(exchange), request, {}, values);
  ask_who(route.right, std::move(exchange), std::move(request),
          [&route, v = std::move(values)](http::Exchange e, const http::Request& r, const Caller& caller) {
            route.handler(std::move(e), r, caller, v);
          });
}

// How it is found out who asks, where that is to be known.
void Router::ask_who(Right right, http::Exchange exchange, http::Request request, WithCaller next) const {
  switch (right) {
    case Right::admin:
      return with_admin(credentials_, std::move(exchange), std::move(request), std::move(next));
    case Right::receive:
      return with_receiver(credentials_, std::move(exchange), std::move(request), std::move(next));
    case Right::follow:
      return with_follower(credentials_, tickets_, std::move(exchange), std::move(request), std::move(next));
    default:
      return with_caller(credentials_, std::move(exchange), std::move(request), std::move(next));
  }
}

// What is not there is told to those who may know. GET and POST get the status that mod_rest has for a path
// that it cannot read.
void Router::refuse_path(Right right, http::Exchange exchange, http::Request request) const {
  const auto tell = [this, right](http::Exchange e, const http::Request& r, const Caller&) {
    Refusal refusal = refused::not_found(path_mistake(routes_, credentials_.prefix(), r.method, r.path));
    const bool known = r.method == "POST" || r.method == "GET" || r.method == "HEAD";
    refuse(std::move(e), r,
           known && right != Right::admin ? refused::bad_path(std::move(refusal.text)) : refusal);
  };
  ask_who(right, std::move(exchange), std::move(request), tell);
}

}  // namespace restanza::rest
