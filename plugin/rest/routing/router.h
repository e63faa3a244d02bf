// SPDX-License-Identifier: MIT
// Finds the route for a request below the prefix, and lets it be asked by those who may: pages first, then
// callers. Any thread, never blocks.
#pragma once

#include "rest/access/credentials.h"
#include "rest/routing/cors.h"
#include "rest/routing/route_table.h"
#include "rest/routing/traffic.h"
#include "rest/tickets/with_follower.h"

namespace restanza::rest {

class Router {
 public:
  // What is referred to outlives the router, and what the routes' handlers refer to.
  Router(Routes routes, const Credentials& credentials, Tickets& tickets, Metrics& metrics,
         const Clock& clock, std::vector<std::string> cors_origins);

  void handle(http::Exchange exchange, http::Request request) const;

  // Of a request that is refused before it gets here, so that it is counted all the same.
  http::Exchange counted(http::Exchange exchange, const http::Request& request) const;

  const RouteTable& routes() const { return routes_; }

 private:
  void call(const Route& route, PathValues values, http::Exchange exchange, http::Request request) const;
  void ask_who(Right right, http::Exchange exchange, http::Request request, WithCaller next) const;
  void refuse_path(Right right, http::Exchange exchange, http::Request request) const;

  const RouteTable routes_;
  const Credentials& credentials_;
  Tickets& tickets_;
  const Cors cors_;
  const Traffic traffic_;
};

}  // namespace restanza::rest
