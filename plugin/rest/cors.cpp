// SPDX-License-Identifier: MIT
#include "rest/cors.h"

#include <algorithm>

namespace restanza::rest {

std::vector<http::Header> Cors::headers(const http::Request& request) const {
  if (origins_.empty()) return {};
  const bool any = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
  const std::string origin(request.header("Origin").value_or(""));
  const bool named = std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
  if (!any && !named) return {{"Vary", "Origin"}};
  std::vector<http::Header> headers{
      {"Access-Control-Allow-Origin", any ? "*" : origin},
      {"Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, POST"},
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, Idempotency-Key, Restanza-Timeout, Prosody-Rest-Timeout"},
      {"Access-Control-Expose-Headers", "Stanza-Id, Unmapped-Keys, Unmapped-Elements, Idempotency-Replayed"},
      {"Access-Control-Max-Age", "7200"},
  };
  if (!any) headers.emplace_back("Vary", "Origin");
  return headers;
}

}  // namespace restanza::rest
