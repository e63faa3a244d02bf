// SPDX-License-Identifier: MIT
// Cross-origin requests (the Fetch standard's CORS protocol): which pages' scripts may talk to this
// interface. The headers stand on every answer, on errors too, or a script could not see why it was refused.
// Pure, any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/request.h"

namespace restanza::rest {

class Cors {
 public:
  // "*" among the origins: any; none at all: no page of another origin.
  explicit Cors(std::vector<std::string> origins);

  // What stands on every answer to `request`; null: nothing.
  using Headers = std::shared_ptr<const std::vector<http::Header>>;
  Headers headers(const http::Request& request) const;

 private:
  const std::vector<std::string> origins_;
  const Headers for_others_;  // for a request whose origin is not named
};

}  // namespace restanza::rest
