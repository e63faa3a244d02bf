// SPDX-License-Identifier: MIT
// Cross-origin requests (the Fetch standard's CORS protocol): which pages' scripts may talk to this
// interface. The headers stand on every answer, on errors too, or a script could not see why it was refused.
// Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "http/request.h"

namespace restanza::rest {

class Cors {
 public:
  // "*" among the origins: any; none at all: no page of another origin.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  // What stands on every answer to `request`.
  std::vector<http::Header> headers(const http::Request& request) const;

 private:
  const std::vector<std::string> origins_;
};

}  // namespace restanza::rest
