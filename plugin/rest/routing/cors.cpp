// SPDX-License-Identifier: MIT
#include "rest/routing/cors.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace restanza::rest {
namespace {

std::string joined(const std::vector<const char*>& names) {
  std::string list;
  for (const char* name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

// HEAD is not among them: a page may always use it (the Fetch standard's safelisted methods).
std::string methods_of(const RouteTable& routes) {
  auto names = routes.methods();
  names.erase(
      std::remove_if(names.begin(), names.end(), [](std::string_view name) { return name == "HEAD"; }),
      names.end());
  return joined(names);
}

std::string request_headers_of(const RouteTable& routes) {
  std::vector<const char*> names = {"Authorization", "Content-Type"};
  for (const char* name : routes.request_headers()) names.push_back(name);
  return joined(names);
}

std::vector<http::Header> allowing(const RouteTable& routes) {
  std::vector<http::Header> headers = {
      {"Access-Control-Allow-Methods", methods_of(routes)},
      {"Access-Control-Allow-Headers", request_headers_of(routes)},
  };
  if (auto exposed = joined(routes.answer_headers()); !exposed.empty())
    headers.emplace_back("Access-Control-Expose-Headers", std::move(exposed));
  headers.emplace_back("Access-Control-Max-Age", "7200");
  return headers;
}

Cors::Headers shared(std::vector<http::Header> headers) {
  headers.emplace_back("Vary", "Origin");
  return std::make_shared<const std::vector<http::Header>>(std::move(headers));
}

std::vector<http::Header> with_origin(std::string origin, const std::vector<http::Header>& further) {
  std::vector<http::Header> headers = {{"Access-Control-Allow-Origin", std::move(origin)}};
  headers.insert(headers.end(), further.begin(), further.end());
  return headers;
}

}  // namespace

Cors::Cors(std::vector<std::string> origins, const RouteTable& routes)
    : origins_(std::move(origins)),
      allowing_(allowing(routes)),
      for_all_(origins_.any() ? shared(with_origin("*", allowing_)) : nullptr),
      for_others_(origins_.none() ? nullptr : shared({})),
      without_one_(origins_.any() ? shared(allowing_) : for_others_) {}

Cors::Headers Cors::headers(const http::Request& request, Right right) const {
  const auto origin = request.header("Origin");
  if (for_all_ && right != Right::admin)
    return origin || request.method == "OPTIONS" ? for_all_ : for_others_;
  if (!origin) return request.method == "OPTIONS" ? without_one_ : for_others_;
  if (!origins_.named(*origin)) return for_others_;
  return shared(with_origin(std::string(*origin), allowing_));
}

}  // namespace restanza::rest
