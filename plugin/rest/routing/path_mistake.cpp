// SPDX-License-Identifier: MIT
#include "rest/routing/path_mistake.h"

#include <algorithm>

#include "base/str.h"

namespace restanza::rest {
namespace {

constexpr size_t kMaxShown = 200;  // bytes of a path

bool readable(std::string_view path) {
  const auto decoded = percent_decode(path);
  return decoded && valid_utf8(*decoded);
}

// What stands at the path once the slashes at its end are gone; empty: nothing either.
std::string_view without_slashes(const RouteTable& routes, std::string_view method, std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return routes.find(method, path).place ? path : std::string_view();
}

template <class Use>
void with_each_route(const RouteTable& routes, Use use) {
  for (const auto& place : routes.places()) {
    for (const Route& route : place.routes) use(route, std::string_view(route.path));
  }
}

// Paths that say nothing of where they lead: "/{query}/{to}", and the prefix itself.
bool is_general(std::string_view pattern) {
  return pattern.empty() || pattern.substr(0, 2) == "/{";
}

// The remedy of the row whose path begins as this one, up to its first place; empty: there is none.
std::string_view remedy_at(const RouteTable& routes, std::string_view path) {
  std::string_view found;
  with_each_route(routes, [&](const Route& route, std::string_view own) {
    const std::string_view fixed = own.substr(0, own.find("/{"));
    if (found.empty() && !is_general(own) && path.substr(0, fixed.size()) == fixed)
      found = route.description.remedy;
  });
  return found;
}

// The general row that has this path with another method; null: there is none.
const Route* of_other_method(const RouteTable& routes, std::string_view path) {
  const Route* found = nullptr;
  with_each_route(routes, [&](const Route& route, std::string_view own) {
    if (found || !is_general(own)) return;
    if (match(own, "OPTIONS", path)) found = &route;  // which knows what stands there, unlike GET
  });
  return found;
}

// The row for which a path was most likely meant that begins as none. Best is one of this method whose first
// place it fits; then the prefix, then a row of this method, then the prefix with any method.
const Route* meant_for(const RouteTable& routes, std::string_view method, std::string_view path) {
  if (method == "HEAD") method = "GET";
  const Route* found = nullptr;
  int best = 0;
  with_each_route(routes, [&](const Route& route, std::string_view own) {
    if (!is_general(own) || !*route.description.remedy) return;
    const bool same = route.method == method, at_prefix = own.empty();
    const bool begins = !at_prefix && misfit(own.substr(0, own.find('/', 1)), method, path).empty();
    const int rank = same ? (begins ? 4 : at_prefix ? 3 : 2) : at_prefix ? 1 : 0;
    if (rank <= best) return;
    best = rank;
    found = &route;
  });
  return found;
}

// Each path in it stands between quotation marks; one that begins with a slash, or is empty, gets the prefix.
std::string with_prefix(std::string_view remedy, const std::string& prefix) {
  std::string text;
  bool quoted = false;
  for (const char c : remedy) {
    if (quoted && text.back() == '\'' && (c == '/' || c == '\'')) text += prefix;
    if (c == '\'') quoted = !quoted;
    text += c;
  }
  return text;
}

size_t parts_of(std::string_view path) {
  return static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
}

}  // namespace

std::string path_mistake(const RouteTable& routes, const std::string& prefix, std::string_view method,
                         std::string_view path) {
  const std::string quoted =
      "'" + prefix + std::string(path.substr(0, kMaxShown)) + (path.size() > kMaxShown ? "...'" : "'");
  if (!readable(path))
    return "The path " + quoted + " must be UTF-8, and two hex digits must follow each '%'";
  std::string nothing = "Nothing is found at " + quoted;
  if (const auto meant = without_slashes(routes, method, path); !meant.empty())
    return nothing + ": write '" + prefix + std::string(meant) + "', without a slash at the end";
  if (const auto remedy = remedy_at(routes, path); !remedy.empty())
    return nothing + ": " + with_prefix(remedy, prefix);
  if (const Route* other = of_other_method(routes, path))
    return nothing + ": a " + other->resource + " is asked with " + other->method;
  const Route* meant = meant_for(routes, method, path);
  if (!meant) return nothing;
  const std::string_view own = meant->path, place = misfit(own, method, path);
  const bool is_first = own.substr(0, place.size() + 1) == "/" + std::string(place);
  if (place.empty() || is_first || parts_of(path) < parts_of(own))
    return nothing + ": " + with_prefix(meant->description.remedy, prefix);
  return nothing + ": the " + std::string(place.substr(1, place.size() - 2)) + " in '" + prefix +
         meant->path + "' may have letters, digits and '_' only";
}

}  // namespace restanza::rest
