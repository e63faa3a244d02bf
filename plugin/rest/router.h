// SPDX-License-Identifier: MIT
// Finds the resource for a request below the prefix, by hand: paths come from outside, and pattern matching
// on them has been a way to crash servers. Any thread, never blocks.
#pragma once

#include <functional>

#include "rest/cors.h"
#include "rest/deliveries.h"
#include "rest/endpoints.h"
#include "rest/reply.h"
#include "rest/stanzas.h"
#include "rest/traffic.h"

namespace restanza::rest {

class Router {
 public:
  struct Parts {  // what is referred to outlives the router
    const Stanzas& stanzas;
    const Deliveries& deliveries;
    const Endpoints& endpoints;
    const Credentials& credentials;
    Metrics& metrics;
    const Clock& clock;
    std::function<bool()> link_up;  // whether stanzas can leave; for /health
    bool metrics_public = false;    // /metrics is for everybody
  };

  Router(Parts parts, Cors cors);

  void handle(http::Exchange exchange, http::Request request) const;

  // Of a request that is refused before it gets here, so that it is counted all the same.
  http::Exchange counted(http::Exchange exchange, const http::Request& request) const;

 private:
  // What a target does for those with the right `admin`; empty where it does not know the method.
  WithAdmin for_admins(const Target& target, const std::string& method) const;
  Refusal nothing_there(const http::Request& request) const;
  void refuse_path(http::Exchange exchange, http::Request request) const;

  const Parts parts_;
  const Cors cors_;
  const Traffic traffic_;
};

}  // namespace restanza::rest
