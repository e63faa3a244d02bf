// SPDX-License-Identifier: MIT
// All routes, and which of them a request is for. Immutable after it is made, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rest/routing/route.h"

namespace restanza::rest {

class RouteTable {
 public:
  static constexpr const char* kOther = "other";  // the resource of a path where nothing stands

  explicit RouteTable(Routes routes);

  // What stands at a path.
  struct Place {
    Routes routes;      // one a method; at least one
    std::string allow;  // the header: "GET, HEAD, OPTIONS"

    const Route* route(std::string_view method) const;  // null: not with this method
  };
  struct Found {
    const Place* place = nullptr;  // null: nothing is found
    PathValues values = {};
    Right right = Right::any;  // what must be had to be told that nothing is found

    const char* resource() const { return place ? place->routes.front().resource : kOther; }
    const char* allow() const { return place ? place->allow.c_str() : "POST, OPTIONS"; }
  };
  // The method counts only where a pattern says so. What stands below a path with routes of its own is looked
  // for there and nowhere else: whoever may not see these is not told what is there.
  Found find(std::string_view method, std::string_view path) const;

  std::vector<const char*> resources() const;  // each once
  std::vector<const char*> methods() const;    // that are answered somewhere, each once, in order
  // Headers that requests and answers have by some row, each once, in the order of the rows.
  std::vector<const char*> request_headers() const;
  std::vector<const char*> answer_headers() const;
  const std::vector<Place>& places() const { return places_; }

 private:
  std::vector<Place> places_;  // in the order in which they are tried
};

}  // namespace restanza::rest
