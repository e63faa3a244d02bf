// SPDX-License-Identifier: MIT
// What answers at some paths: it brings its rows of the table of routes, whose handlers refer to it. A new
// one is its own file, its line in resources.h and its line in meson.build. Immutable, any thread.
#pragma once

#include "rest/routing/route.h"

namespace restanza::rest {

class Resource {
 public:
  virtual ~Resource() = default;

  virtual Routes routes() const = 0;
};

}  // namespace restanza::rest
