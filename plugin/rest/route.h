// SPDX-License-Identifier: MIT
// A row of the table of routes: which requests it is for, who may ask it, and what answers. Each resource
// brings its own rows; Allow, rights and metrics follow from them. Plain values; a handler runs on any
// thread and never blocks.
#pragma once

#include <functional>
#include <vector>

#include "http/exchange.h"
#include "rest/caller.h"
#include "rest/path_pattern.h"

namespace restanza::rest {

// What a caller must have.
enum class Right {
  none,   // anybody may ask; the handler gets an empty caller
  any,    // credentials that are accepted
  send,   // the same: what may be sent depends on the stanza, at which the handler looks
  admin,  // the right `admin`; a body that is too large was refused
};

struct Route {
  using Handler = std::function<void(http::Exchange, const http::Request&, const Caller&, const PathValues&)>;

  const char* method;  // GET answers HEAD too
  const char* path;    // below the prefix, a pattern of path_pattern.h
  Right right;
  const char* resource;  // its name where requests are counted
  Handler handler;
};

using Routes = std::vector<Route>;

}  // namespace restanza::rest
