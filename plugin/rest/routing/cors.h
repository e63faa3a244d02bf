// SPDX-License-Identifier: MIT
// Cross-origin requests (the Fetch standard's CORS protocol): which pages' scripts may talk to this
// interface. The headers stand on the answers to requests with an Origin, on errors too, or a script could
// not see why it was refused; and on those to OPTIONS. All other answers say with Vary that they would be
// others for a page (RFC 9110 section 12.5.5), so that no cache gives such an answer to a page. Pure, any
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/request.h"
#include "rest/routing/origins.h"
#include "rest/routing/route_table.h"

namespace restanza::rest {

class Cors {
 public:
  // "*" among the origins: any, but for the rows of admins; none at all: no page of another origin, and no
  // headers. What a page may ask with, and what it may read, is what the rows have.
  Cors(std::vector<std::string> origins, const RouteTable& routes);

  // What stands on the answer to `request`, which is for a row with this right; null: nothing.
  using Headers = std::shared_ptr<const std::vector<http::Header>>;
  Headers headers(const http::Request& request, Right right = Right::any) const;

  const Origins& origins() const { return origins_; }

 private:
  const Origins origins_;
  const std::vector<http::Header> allowing_;  // all but the origin
  const Headers for_all_;                     // where any origin may ask; else null
  const Headers for_others_;   // for a request without an origin, or with one that is not named
  const Headers without_one_;  // for OPTIONS without an origin, where only named ones may ask
};

}  // namespace restanza::rest
