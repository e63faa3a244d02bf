// SPDX-License-Identifier: MIT
// Whose pages may use this interface: the list of `rest_cors_origins`. Immutable after it is made, any
// thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "rest/routing/route.h"

namespace restanza::rest {

class Origins {
 public:
  explicit Origins(std::vector<std::string> origins) : origins_(std::move(origins)), any_(holds("*")) {}

  bool none() const { return origins_.empty(); }
  bool any() const { return any_; }  // "*" is among them
  bool named(std::string_view origin) const { return origin != "*" && holds(origin); }
  // Operators' resources are for origins that are named, and for no others.
  bool allowed(std::string_view origin, Right right) const {
    return (any_ && right != Right::admin) || named(origin);
  }

 private:
  bool holds(std::string_view text) const {
    return std::find(origins_.begin(), origins_.end(), text) != origins_.end();
  }

  const std::vector<std::string> origins_;
  const bool any_;
};

}  // namespace restanza::rest
