// SPDX-License-Identifier: MIT
#include "rest/cors.h"

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

Cors::Headers for_others(const std::vector<std::string>& origins) {
  if (origins.empty()) return nullptr;
  if (holds(origins, "*")) return std::make_shared<const std::vector<http::Header>>(allowing("*"));
  return std::make_shared<const std::vector<http::Header>>(1, http::Header("Vary", "Origin"));
}

}  // namespace

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)), for_others_(for_others(origins_)) {}

Cors::Headers Cors::headers(const http::Request& request) const {
  if (origins_.empty() || holds(origins_, "*")) return for_others_;
  const auto origin = request.header("Origin");
  if (!origin || !holds(origins_, *origin)) return for_others_;
  auto named = allowing(std::string(*origin));
  named.emplace_back("Vary", "Origin");
  return std::make_shared<const std::vector<http::Header>>(std::move(named));
}

}  // namespace restanza::rest
