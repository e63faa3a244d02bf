// SPDX-License-Identifier: MIT
// Finds the resource for a request below the prefix, by hand: paths come from outside, and pattern matching
// on them has been a way to crash servers. Any thread, never blocks.
#pragma once

#include <functional>

#include "rest/cors.h"
#include "rest/stanzas.h"

namespace restanza::rest {

class Router {
 public:
  // `link_up` tells whether stanzas can leave; for /health.
  Router(const Stanzas& stanzas, const Credentials& credentials, Cors cors, std::function<bool()> link_up)
      : stanzas_(stanzas), credentials_(credentials), cors_(std::move(cors)), link_up_(std::move(link_up)) {}

  void handle(http::Exchange exchange, http::Request request) const;

 private:
  void refuse_path(http::Exchange exchange, http::Request request) const;

  const Stanzas& stanzas_;
  const Credentials& credentials_;
  const Cors cors_;
  const std::function<bool()> link_up_;
};

}  // namespace restanza::rest
