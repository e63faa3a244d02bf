// SPDX-License-Identifier: MIT
#include "rest/routing/route_table.h"

#include <algorithm>
#include <utility>

namespace restanza::rest {
namespace {

void add_once(std::vector<const char*>& names, const char* name) {
  const bool known = std::any_of(names.begin(), names.end(),
                                 [&](const char* each) { return std::string_view(each) == name; });
  if (!known) names.push_back(name);
}

template <class Use>
void for_each_row(const std::vector<RouteTable::Place>& places, Use use) {
  for (const auto& place : places) {
    for (const Route& route : place.routes) use(route);
  }
}

std::string allowed(const Routes& routes) {
  std::string list;
  for (const Route& route : routes) {
    list.append(route.method).append(", ");
    if (route.answers_head()) list += "HEAD, ";
  }
  return list + "OPTIONS";
}

// The first part of a path or pattern: "deliveries" of "/deliveries/{id}".
std::string_view first_part(std::string_view path) {
  take_part(path);
  return take_part(path);
}

// Whether the path is below that of the route, or would be.
bool is_below(std::string_view path, std::string_view pattern) {
  const std::string_view first = first_part(pattern);
  const bool fixed = !first.empty() && first.front() != '{';
  return fixed && first == first_part(path) && pattern.size() > first.size() + 1;
}

}  // namespace

RouteTable::RouteTable(Routes routes) {
  std::stable_sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) {
    if (goes_before(a.path, b.path) || goes_before(b.path, a.path)) return goes_before(a.path, b.path);
    const int paths = std::string_view(a.path).compare(b.path);
    return paths != 0 ? paths < 0 : std::string_view(a.method) < b.method;
  });
  for (Route& route : routes) {
    const bool known = !places_.empty() && std::string_view(places_.back().routes.front().path) == route.path;
    if (!known) places_.emplace_back();
    places_.back().routes.push_back(std::move(route));
  }
  for (Place& place : places_) place.allow = allowed(place.routes);
}

const Route* RouteTable::Place::route(std::string_view method) const {
  if (method == "HEAD") method = "GET";
  const auto found =
      std::find_if(routes.begin(), routes.end(), [&](const Route& each) { return each.method == method; });
  return found == routes.end() ? nullptr : &*found;
}

RouteTable::Found RouteTable::find(std::string_view method, std::string_view path) const {
  const Place* above = nullptr;
  for (const Place& place : places_) {
    const std::string_view pattern = place.routes.front().path;
    if (is_below(path, pattern)) above = &place;
    if (above && first_part(pattern) != first_part(path)) continue;
    if (auto values = match(pattern, method, path)) return {&place, std::move(*values)};
  }
  return {nullptr, {}, above ? above->routes.front().right : Right::any};
}

std::vector<const char*> RouteTable::resources() const {
  std::vector<const char*> names;
  for (const Place& place : places_) add_once(names, place.routes.front().resource);
  return names;
}

std::vector<const char*> RouteTable::methods() const {
  std::vector<const char*> names = {"OPTIONS"};
  for_each_row(places_, [&names](const Route& route) {
    add_once(names, route.method);
    if (route.answers_head()) add_once(names, "HEAD");
  });
  std::sort(names.begin(), names.end(), [](std::string_view a, std::string_view b) { return a < b; });
  return names;
}

std::vector<const char*> RouteTable::request_headers() const {
  std::vector<const char*> names;
  for_each_row(places_, [&names](const Route& route) {
    for (const Parameter& each : route.description.parameters) {
      if (each.in == Parameter::In::header) add_once(names, each.name);
    }
  });
  return names;
}

std::vector<const char*> RouteTable::answer_headers() const {
  std::vector<const char*> names;
  for_each_row(places_, [&names](const Route& route) {
    for (const AnswerHeader& each : route.description.headers) add_once(names, each.name);
  });
  return names;
}

}  // namespace restanza::rest
