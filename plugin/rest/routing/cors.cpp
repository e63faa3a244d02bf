// SPDX-License-Identifier: MIT
#include "rest/routing/cors.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace restanza::rest {
namespace {

std::vector<http::Header> allowing(std::string origin) {
  return {
      {"Access-Control-Allow-Origin", std::move(origin)},
      {"Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, POST"},
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, Idempotency-Key, Restanza-Timeout, Prosody-Rest-Timeout"},
      {"Access-Control-Expose-Headers", "Stanza-Id, Unmapped-Keys, Unmapped-Elements, Idempotency-Replayed"},
      {"Access-Control-Max-Age", "7200"},
  };
}

bool holds(const std::vector<std::string>& origins, std::string_view origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

Cors::Headers shared(std::vector<http::Header> headers) {
  headers.emplace_back("Vary", "Origin");
  return std::make_shared<const std::vector<http::Header>>(std::move(headers));
}

}  // namespace

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      for_all_(holds(origins_, "*") ? shared(allowing("*")) : nullptr),
      for_others_(origins_.empty() ? nullptr : shared({})) {}

Cors::Headers Cors::headers(const http::Request& request) const {
  const auto origin = request.header("Origin");
  if (for_all_) return origin || request.method == "OPTIONS" ? for_all_ : for_others_;
  if (!origin || !holds(origins_, *origin)) return for_others_;
  return shared(allowing(std::string(*origin)));
}

}  // namespace restanza::rest
